import { SignalboxError, type Structures, structureLimits } from '../../core/contracts/index.js'

/** The first record id; ids are `firstRecord + index`, in the place of the positive integers 64 to 95. */
export const firstRecord = 0x40

/**
 * One step in the tree of all structures: a key, what may follow it, and what may stand in its place.
 * The tree never grows after it was built: a shape first met at run time has no id that the peer knows.
 */
export interface ShapeStep {
  readonly key: string
  /** The record id of the structure that ends here; 0 where none does. */
  id: number
  next: ShapeStep | undefined
  beside: ShapeStep | undefined
}

/** The tree in which an encoder looks an object's keys up, in their order. */
export function shapeTree(structures: Structures): ShapeStep | undefined {
  checkStructures(structures)
  const root: { next: ShapeStep | undefined } = { next: undefined }
  for (const [index, keys] of structures.entries()) {
    let parent = root
    let last: ShapeStep | undefined
    for (const key of keys) {
      last = parent.next
      while (last !== undefined && last.key !== key) last = last.beside
      if (last === undefined) {
        last = { key, id: 0, next: undefined, beside: parent.next }
        parent.next = last
      }
      parent = last
    }
    if (last !== undefined) last.id = firstRecord + index
  }
  return root.next
}

/**
 * Refuses structures that cannot be agreed on. They come from a peer: nothing about them is trusted.
 * @throws SignalboxError `LIMIT_EXCEEDED` for too many, `CONTRACT_INVALID` for keys that are no keys,
 * repeat, or would reach a prototype.
 */
export function checkStructures(structures: Structures): void {
  if (structures.length > structureLimits.structures) {
    throw new SignalboxError(
      'LIMIT_EXCEEDED',
      `msgpack: ${structures.length} structures were declared; a contract has at most ${structureLimits.structures}`,
    )
  }
  for (const keys of structures) {
    if (keys.length > structureLimits.keys) {
      throw new SignalboxError(
        'LIMIT_EXCEEDED',
        `msgpack: a structure of ${keys.length} keys was declared; one has at most ${structureLimits.keys}`,
      )
    }
    if (
      new Set(keys).size !== keys.length ||
      !keys.every(key => typeof key === 'string' && key !== '__proto__')
    ) {
      throw new SignalboxError(
        'CONTRACT_INVALID',
        `msgpack: the structure ${JSON.stringify(keys)} was declared; its keys must be different strings other than "__proto__"`,
      )
    }
  }
}
