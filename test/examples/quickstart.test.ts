import { it } from 'vitest'
import { RunningExample } from '../support/example.js'
import { temporaryFolder } from '../support/temporary-folder.js'

it('the quickstart: one process answers and provides, another asks, sends and follows', async () => {
  const env = { SIGNALBOX_RUNTIME_DIR: temporaryFolder(), SIGNALBOX_NAMESPACE: `quickstart-${process.pid}` }
  const shop = new RunningExample('quickstart/shop', { env })
  await shop.says('the shop is open')
  const till = new RunningExample('quickstart/till', { env })
  await till.says('sold today: 3')
})
