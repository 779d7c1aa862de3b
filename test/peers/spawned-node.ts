/**
 * A node that was started by another one, with its actors: its name and its configuration are its arguments. Where the
 * third one is `family`, it starts a child of its own, says so by IPC, and closes when it is told anything.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type ConfigInput, spawnNode, startNode } from 'signalbox'
import { Heir } from './heir.js'
import { openLinks } from './open-links.js'
import { Worked } from './worker-contracts.js'

const [, program = '', name = '', config = '{}', role] = process.argv
if (name === 'nobody') process.exit(4)
if (name === 'silent') await new Promise(() => setInterval(() => {}, 60_000))
const node = await startNode({ name, config: JSON.parse(config) as ConfigInput })
await node.spawn(Worked, () => ({
  double: number => number * 2,
  forward: ({ to, number }) => node.ref(Worked, `signalbox://${to}/worked`).ask.double(number),
  crash: () => {
    process.kill(process.pid, 'SIGKILL')
    return new Promise<number>(() => {})
  },
  way: () =>
    node
      .links()
      .map(link => link.transport)
      .join(),
}))
await node.spawn(Heir, () => ({
  async bequests() {
    const { stdout } = await promisify(execFile)('ls', ['-l', '/proc/self/fd'])
    return openLinks().filter(link => stdout.includes(link))
  },
  async origin() {
    const { stdout } = await promisify(execFile)(process.execPath, ['-p', 'process.env.SIGNALBOX_STARTED_BY'])
    return stdout.trim()
  },
}))
if (role === 'family') {
  await spawnNode(program, { parent: node, args: ['child', config] })
  process.send?.('complete')
  process.once('message', () => {
    process.disconnect()
    void node.close()
  })
}
