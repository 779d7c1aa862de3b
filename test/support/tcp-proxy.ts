import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** Two sockets that pass on what the other one gets. */
interface Leg {
  readonly near: Socket
  readonly far: Socket
  stalled: boolean
}

/** Stands between two nodes on TCP, and does to their connections what networks do. */
export class TcpProxy {
  readonly #legs = new Set<Leg>()
  readonly #server = createServer({ allowHalfOpen: true }, near => this.#accept(near))
  #target = 0
  #open = true
  /** Connections that were made through it. */
  made = 0

  /** For the running test. */
  static async start(): Promise<TcpProxy> {
    const proxy = new TcpProxy()
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => {
      proxy.cut()
      proxy.#server.close()
    })
    return proxy
  }

  /** Where to dial. */
  get address(): string {
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Where what is dialled ends up. @param address as a node announces it */
  leadTo(address: string): void {
    this.#target = Number(new URL(address.replace(/^tcp:/, 'http:')).port)
  }

  /** Resets all connections, at both ends. What is on its way is lost. */
  cut(): void {
    for (const { near, far } of this.#legs) {
      near.resetAndDestroy()
      far.resetAndDestroy()
    }
  }

  /** Passes nothing on any more, and tells nobody. */
  stall(): void {
    for (const leg of this.#legs) {
      leg.stalled = true
      leg.near.pause()
      leg.far.pause()
    }
  }

  /** Ends all connections at the side that dialled: the other one hears nothing of it. */
  forsake(): void {
    this.stall()
    for (const { near } of this.#legs) near.resetAndDestroy()
  }

  /** Whether new connections come through; those that do not are reset. */
  set passable(open: boolean) {
    this.#open = open
  }

  #accept(near: Socket): void {
    if (!this.#open) {
      near.resetAndDestroy()
      return
    }
    this.made++
    const far = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true })
    const leg: Leg = { near, far, stalled: false }
    this.#legs.add(leg)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => to.destroy())
      from.on('data', bytes => {
        if (!to.write(bytes)) from.pause()
      })
      to.on('drain', () => !leg.stalled && from.resume())
      from.on('end', () => to.end())
    }
    far.on('close', () => this.#legs.delete(leg))
  }
}
