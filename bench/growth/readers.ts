import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firstValueFrom } from 'rxjs'
import type { Contestant } from '../contestant.js'
import { type Payload, scriptOf } from '../pair/payload.js'
import { StartedFar } from '../pair/started-far.js'
import { createRing, heardRing } from '../peers/heard-ring.js'
import { roundOfAll } from './round-of-all.js'

/** A broadcast ring that `readers` processes hear: each message is written once, and arrives as often as there are readers. */
export async function manyReaders(readers: number, payload: Payload): Promise<Contestant> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'))
  const place = { folder, payload }
  const ring = await createRing(place)
  const fars: StartedFar[] = []
  for (let at = 0; at < readers; at++) fars.push(await StartedFar.start(heardRing, place, false))
  if (ring.readers < readers) throw new Error(`${readers - ring.readers} of ${readers} readers were refused`)
  const script = scriptOf(payload)
  return {
    round(count) {
      const share = Math.ceil(count / readers)
      return roundOfAll(fars, share, async () => {
        for (let n = 0; n < share; n++) {
          const message = script.message(n) as Uint8Array
          while (ring.publish(message) === 'full') await firstValueFrom(ring.writable$)
        }
      })
    },
    async close() {
      await ring.close()
      await Promise.all(fars.map(far => far.close()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
