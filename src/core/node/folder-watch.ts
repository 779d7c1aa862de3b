import { watch } from 'node:fs'
import { Observable } from 'rxjs'
import { reasonOf, SignalboxError } from '../contracts/index.js'

/**
 * Reads a folder when subscribed to and again after every change in it; errors with what `read` throws.
 * However many changes come while it reads, it reads once more. Does not keep the process alive.
 * @param folder must exist
 */
export function readOnChange<T>(folder: string, read: () => Promise<T>): Observable<T> {
  return new Observable<T>(subscriber => {
    let stale = false
    let reading = false
    const refresh = async () => {
      stale = true
      if (reading) return
      reading = true
      try {
        while (stale && !subscriber.closed) {
          stale = false
          subscriber.next(await read())
        }
      } catch (error) {
        subscriber.error(error)
      } finally {
        reading = false
      }
    }
    const fail = (cause: unknown) => {
      const why = `cannot watch ${folder}: ${reasonOf(cause)}`
      subscriber.error(new SignalboxError('SYSTEM', why, { cause }))
    }
    try {
      const watcher = watch(folder, { persistent: false }, () => void refresh())
      watcher.on('error', fail)
      subscriber.add(() => watcher.close())
      void refresh() // after watching began, so that nothing is missed between the two
    } catch (error) {
      fail(error)
    }
  })
}
