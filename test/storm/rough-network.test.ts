import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { SeededRandom } from '../../src/testing/index.js'
import { RoughNetwork } from './rough-network.js'

/** More than the system holds, so that some of it was read when all is written. */
const MUCH = 32 * 1024 * 1024

it('leaves nothing out, as TCP promises: what was swallowed is not followed by what tears', async () => {
  await using network = new RoughNetwork(new SeededRandom(1))
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const accepted = once(server, 'connection')
  const sender = connect({ host: '127.0.0.1', port: await network.front(port) })
  const [receiver] = (await accepted) as [Socket]
  let heard = ''
  receiver.setEncoding('latin1').on('data', text => {
    heard += text
  })

  sender.on('error', () => {}) // it is reset at the end

  sender.write('first')
  await once(receiver, 'data')
  network.disturb('swallow')
  await writeMuch(sender)
  network.disturb('tear')
  await writeMuch(sender)
  network.disturb('reset')
  await once(receiver, 'error')

  expect(heard).toBe('first')
  server.close()
})

function writeMuch(to: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(Buffer.alloc(MUCH, 'lost'), error => (error ? reject(error) : resolve()))
  })
}
