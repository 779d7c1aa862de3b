/** The longest that Node's timers can wait: 24 days. */
const RARELY = 2 ** 31 - 1

/**
 * Keeps the process alive until it is released, as a listening socket would: Windows waits and the
 * Clock's timers do not.
 * @returns the release; harmless twice
 */
export function holdEventLoop(): () => void {
  const timer = setInterval(() => {}, RARELY)
  return () => clearInterval(timer)
}
