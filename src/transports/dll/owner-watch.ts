import type { Address } from '../../core/contracts/index.js'
import { onceExited } from '../../native/win32/process-exit.js'
import { type Claim, isLive, pidOf } from './claim.js'

/** Notices the death of the processes whose slots somebody writes to. */
export class OwnerWatch {
  readonly #watched = new Map<Claim, { readonly addresses: Address[]; readonly cancel: () => void }>()

  /**
   * Tells when the process is gone, with the addresses that it was watched for; never from inside of this call.
   * @param lost counts with the first call for a process
   */
  watch(owner: Claim, address: Address | undefined, lost: (addresses: readonly Address[]) => void): void {
    const known = this.#watched.get(owner)
    if (known !== undefined) {
      if (address !== undefined) known.addresses.push(address)
      return
    }
    const addresses = address === undefined ? [] : [address]
    const gone = () => {
      if (this.#watched.delete(owner)) lost(addresses)
    }
    const cancel = onceExited(pidOf(owner), gone)
    this.#watched.set(owner, { addresses, cancel })
    // From here on the number is nobody else's; before, it may have been given to another process.
    if (isLive(owner)) return
    cancel()
    queueMicrotask(gone)
  }

  close(): void {
    for (const { cancel } of this.#watched.values()) cancel()
    this.#watched.clear()
  }
}
