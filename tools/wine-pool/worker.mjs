// The worker's side of the pool: runs in the Windows node.exe under Wine, as
// `node.exe worker.mjs <port>`, and executes what vitest sends over that port of 127.0.0.1.
import { once } from 'node:events'
import net from 'node:net'
import { heartbeat, openChannel } from './channel.mjs'
import { translateImportMeta, translatePaths } from './windows-paths.mjs'

translatePaths()
const { init, runBaseTests, setupEnvironment } = await import('vitest/worker')

const socket = net.connect(Number(process.argv[2]), '127.0.0.1')
await once(socket, 'connect')

// vitest replaces process.exit while tests run, to catch those that call it.
const exit = process.exit.bind(process)
// Without vitest there is nothing left to do; this is also how it ends a worker.
socket.on('error', () => exit(0))
socket.on('close', () => exit(0))

/** @type {Set<(message: any) => void>} */
const listeners = new Set()
const post = openChannel(socket, message => {
  for (const listener of listeners) listener(message)
})
setInterval(() => post(heartbeat), 5_000).unref()

init({
  post,
  on: listener => listeners.add(listener),
  off: listener => listeners.delete(listener),
  teardown: () => listeners.clear(),
  setup: setupEnvironment,
  runTests: async (state, traces) => {
    try {
      await runBaseTests('run', state, traces)
    } finally {
      process.exit = exit
    }
  },
  collectTests: (state, traces) => runBaseTests('collect', state, traces),
  onModuleRunner: translateImportMeta,
})
