/** Sees how large a `new Uint8Array(length)` was asked for. */
export interface AllocationProbe {
  /** Bytes of the largest one since the probe was last asked. */
  takeLargest(): number
  /** Takes the probe away. */
  stop(): void
}

/** Puts a probe in front of the one constructor by which the link allocates by numbers that a peer names. */
export function probeAllocations(): AllocationProbe {
  const original = globalThis.Uint8Array
  let largest = 0
  const probed: typeof Uint8Array = new Proxy(original, {
    construct(target, args: unknown[], newTarget) {
      if (typeof args[0] === 'number' && args[0] > largest) largest = args[0]
      return Reflect.construct(target, args, newTarget === probed ? target : newTarget)
    },
  })
  globalThis.Uint8Array = probed
  return {
    takeLargest: () => {
      const asked = largest
      largest = 0
      return asked
    },
    stop: () => {
      globalThis.Uint8Array = original
    },
  }
}
