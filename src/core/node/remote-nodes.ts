import type { RemoteNode } from './remote-node.js'

/**
 * The other nodes by name, each once: as long as there is a session with it, or anybody refers to it. Names come and
 * go with processes, and a node that lives for years must not remember them all.
 */
export class RemoteNodes {
  readonly #referred = new Map<string, WeakRef<RemoteNode>>()
  readonly #present = new Set<RemoteNode>()
  readonly #collected = new FinalizationRegistry<string>(name => {
    if (this.#referred.get(name)?.deref() === undefined) this.#referred.delete(name)
  })

  /** @param make makes the one of a name that nobody refers to yet */
  constructor(private readonly make: (name: string) => RemoteNode) {}

  /** How many names are remembered. */
  get size(): number {
    return this.#referred.size
  }

  get(name: string): RemoteNode {
    const known = this.#referred.get(name)?.deref()
    if (known !== undefined) return known
    const node = this.make(name)
    this.#referred.set(name, new WeakRef(node))
    this.#collected.register(node, name)
    return node
  }

  /** There is a session with it. */
  came(node: RemoteNode): void {
    this.#present.add(node)
  }

  /** There is none any more. */
  went(node: RemoteNode): void {
    this.#present.delete(node)
  }

  /** Those that there is a session with. */
  present(): Iterable<RemoteNode> {
    return this.#present
  }

  /** All, whoever refers to them. */
  *all(): Iterable<RemoteNode> {
    for (const reference of [...this.#referred.values()]) {
      const node = reference.deref()
      if (node !== undefined) yield node
    }
  }
}
