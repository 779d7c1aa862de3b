import { describe, expect, it } from 'vitest'
import { RunningExample } from '../support/example.js'
import { temporaryFolder } from '../support/temporary-folder.js'

describe.each(['named-pipe', 'tcp'])('the example orders over %s', transport => {
  it('a till asks, sends and tells a cashier in another process, and follows what it provides', async () => {
    const folder = temporaryFolder()
    const env = {
      SIGNALBOX_RUNTIME_DIR: folder,
      SIGNALBOX_NAMESPACE: `orders-${process.pid}`,
      SIGNALBOX_TRANSPORTS_PREFER: transport,
    }
    const shop = new RunningExample('orders/shop', { env })
    await shop.says('the shop is open')
    const till = new RunningExample('orders/till', { env })
    expect(await till.ended).toEqual({
      code: 0,
      stdout: 'tea costs 3\norder a costs 6\norder b costs 5\n',
      stderr: '',
    })
  })
})
