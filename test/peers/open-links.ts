import { readdirSync, readlinkSync } from 'node:fs'

/** The pipes and sockets that this process has open beside its standard streams, as Linux names them. */
export function openLinks(): string[] {
  return readdirSync('/proc/self/fd')
    .filter(fd => Number(fd) > 2)
    .flatMap(fd => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`)]
      } catch {
        return [] // the folder itself was open while it was read
      }
    })
    .filter(link => /^(pipe|socket):/.test(link))
}
