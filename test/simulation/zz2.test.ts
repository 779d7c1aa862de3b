import { it } from 'vitest'
import { TrackSet } from '../../src/core/link/track-set.js'
import { parseScript, simulate } from '../../src/testing/simulation/index.js'
it('replay', async () => {
  for (const m of ['add','lost','peerRetired','issue'] as const) {
    const orig = (TrackSet.prototype as any)[m]
    ;(TrackSet.prototype as any)[m] = function (...a: any[]) { console.log(this.sid ??= Math.random().toString().slice(2,5), m, ...a.map((x:any)=>x?.id ?? (typeof x === 'object' ? JSON.stringify(x)?.slice(0,90) : x))); const r= orig.apply(this, a); return r }
  }
  console.log(await simulate(parseScript(process.env['SIM_SCRIPT'] ?? '')))
})
