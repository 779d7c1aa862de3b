import { it } from 'vitest'
import { parseScript, simulate } from '../../src/testing/simulation/index.js'
it('replay', async () => {
  console.log(await simulate(parseScript(process.env['SIM_SCRIPT'] ?? '')))
})
