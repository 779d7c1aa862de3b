import type { Connection, Listener } from '../../../src/core/contracts/index.js'

/** Copies of what a connection delivers, and a way to wait until there are so many. */
export class Collected {
  readonly frames: string[] = []
  #wake = (): void => {}

  constructor(connection: Connection) {
    connection.receive(({ bytes }) => {
      this.frames.push(Buffer.from(bytes).toString())
      this.#wake()
    })
  }

  async until(count: number): Promise<string[]> {
    while (this.frames.length < count) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    return this.frames
  }
}

/** The next connection that arrives. */
export const nextConnection = (listener: Listener): Promise<Connection> =>
  new Promise(resolve => {
    const arriving = listener.connections$.subscribe(connection => {
      queueMicrotask(() => arriving.unsubscribe())
      resolve(connection)
    })
  })
