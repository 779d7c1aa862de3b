import type { Connection } from '../../core/contracts/connection.js'
import { LinkEnd } from './link-end.js'

/** Attempts at one time. Some systems take 50 ms for a close, which several can spend together. */
const AT_ONCE = 8

/** Opens `times` times, and closes each connection, or link, as soon as it is there. */
export async function openAndClose(open: () => Promise<Connection | LinkEnd>, times: number): Promise<void> {
  let left = times
  const oneAfterAnother = async () => {
    for (; left > 0; ) {
      left -= 1
      const opened = await open()
      await opened.close()
      await untilEnded(opened)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, oneAfterAnother))
}

/** Ignores what it carries, and resolves when it has ended. */
export async function untilClosed(opened: Connection | LinkEnd): Promise<void> {
  if (!(opened instanceof LinkEnd)) opened.receive(() => {})
  await untilEnded(opened)
}

async function untilEnded(opened: Connection | LinkEnd): Promise<void> {
  await (opened instanceof LinkEnd ? opened.closed() : opened.closed)
}
