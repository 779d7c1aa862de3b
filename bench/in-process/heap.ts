/** Bytes that live after a collection, which Node offers with `--expose-gc`. */
export function heap(): number {
  for (let times = 0; times < 3; times++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
