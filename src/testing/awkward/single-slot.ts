import { type Observable, Subject } from 'rxjs'
import {
  type Address,
  type SharedSlot,
  SignalboxError,
  type SlotContent,
  type SlotTransport,
  type TransportContext,
  type TransportOptions,
  throwIfAborted,
} from '../../core/contracts/index.js'
import { InProcessTransport, inProcess } from './in-process.js'

/** Bytes of the largest content. */
const CAPACITY = 64 * 1024

/** What all handles of one slot share. */
interface Cell {
  version: number
  bytes: Uint8Array
  readonly handles: Set<Handle>
}

/** Slots that hold one thing each, as the clipboard does. Addresses are `single-slot://./<name>`. */
export function singleSlot(): SlotTransport {
  return new SingleSlot()
}

class SingleSlot extends InProcessTransport implements SlotTransport {
  readonly shape = 'slot'
  readonly name = 'single-slot'
  readonly summary = 'A place within one process that holds one thing at a time; for tests.'
  protected readonly capabilities = Object.freeze({
    ...inProcess,
    group: 'always' as const,
    maxFrame: CAPACITY,
    rendezvous: 'ambient' as const,
    connectProves: 'nothing' as const,
    close: 'heartbeat' as const,
    names: 'shared' as const,
    identity: 'none' as const,
    persistent: true,
  })
  readonly #cells = new Map<string, Cell>()

  async open(
    address: Address,
    _context: TransportContext,
    options: TransportOptions = {},
  ): Promise<SharedSlot> {
    this.assertOwn(address)
    throwIfAborted(`open ${address.href}`, options.signal)
    const cell = this.#cells.get(address.path) ?? { version: 0, bytes: new Uint8Array(0), handles: new Set() }
    this.#cells.set(address.path, cell)
    return new Handle(address, cell)
  }
}

class Handle implements SharedSlot {
  readonly capacity = CAPACITY
  readonly changed$: Observable<void>
  readonly #changed = new Subject<void>()
  #telling = false
  /** Keeps the process alive, as a listener to the clipboard does. */
  readonly #hold = setInterval(() => {}, 2 ** 31 - 1)

  constructor(
    readonly address: Address,
    private readonly cell: Cell,
  ) {
    this.changed$ = this.#changed.asObservable()
    cell.handles.add(this)
  }

  read(): SlotContent {
    return { version: this.cell.version, bytes: new Uint8Array(this.cell.bytes) }
  }

  write(version: number, bytes: Uint8Array): boolean {
    if (bytes.length > CAPACITY) {
      throw new SignalboxError(
        'FRAME_TOO_LARGE',
        `${bytes.length} B are over the ${CAPACITY} B of ${this.address.href}`,
      )
    }
    if (version !== this.cell.version) return false
    this.cell.version++
    this.cell.bytes = new Uint8Array(bytes)
    for (const handle of this.cell.handles) if (handle !== this) handle.#tellSoon()
    return true
  }

  async close(): Promise<void> {
    clearInterval(this.#hold)
    this.cell.handles.delete(this)
    this.#changed.complete()
  }

  #tellSoon(): void {
    if (this.#telling) return
    this.#telling = true
    setImmediate(() => {
      this.#telling = false
      this.#changed.next()
    })
  }
}
