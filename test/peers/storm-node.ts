// A node of a storm in a process of its own: `storm-node.js <StormSetup as JSON>`. It loads its peers at random,
// writes down what happens to it, and obeys its director over IPC.
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type CloseReason, isSignalboxError, type Node, reasonOf, startNode } from 'signalbox'
import { openHandles, SeededRandom } from 'signalbox/testing'
import {
  Clerk,
  type ClerkName,
  Level,
  News,
  type Note,
  type StormOrder,
  type StormReport,
  type StormSetup,
} from './storm-contracts.js'
import { fronted } from './storm-fronted.js'
import { Journal } from './storm-journal.js'
import { isWhole, StormLoad } from './storm-load.js'
import { severable } from './storm-severable.js'
import { Trap } from './storm-trap.js'
import { transportOf } from './transport-of.js'

/** Messages that are handled between two reports of progress. */
const STEP = 25

const setup = JSON.parse(process.argv[2] ?? '{}') as StormSetup
const { name, life, others, transport, heartbeat, resume, runtimeFolder } = setup
const journal = new Journal(setup.journal)
const trap = new Trap()
const track = severable(await transportOf(transport))
const eras = new Map<string, number>()
const present = new Map<string, string>()
const levels = new Map<string, string>()
let handled = 0

process.on('unhandledRejection', error => {
  tell({ event: 'failed', why: `unhandled rejection: ${error instanceof Error ? error.stack : error}` })
})

try {
  const node = await startNode({
    name,
    transports: [setup.fronted ? fronted(track.transport, askForFront) : track.transport],
    config: {
      runtimeFolder,
      log: { level: 'silent' },
      transports: { prefer: [transport], listen: [transport] },
      link: { heartbeat, resume },
    },
  })
  follow(node)
  await spawnClerks(node)
  const random = new SeededRandom(setup.seed)
  const era = (peer: string) => eras.get(peer) ?? 0
  const load = new StormLoad({ node, life, others, random, journal, trap, era })
  process.on('message', (order: StormOrder) => obey(order, node, load))
  process.on('disconnect', exitOrphaned)
  tell({ event: 'ready' })
} catch (error) {
  tell({
    event: 'failed',
    why: `it did not start: ${isSignalboxError(error) ? error.code : ''} ${reasonOf(error)}`,
  })
  process.disconnect()
}

/** Asks the director, who has nothing else to say until this node is ready. */
async function askForFront(port: number): Promise<number> {
  const answer = once(process, 'message') as Promise<[Extract<StormOrder, { order: 'front' }>]>
  tell({ event: 'listens', port })
  return (await answer)[0].port
}

function obey(order: StormOrder, node: Node, load: StormLoad): void {
  switch (order.order) {
    case 'go':
      load.go()
      break
    case 'rest':
      load.rest()
      break
    case 'calm':
      void load.calm().then(() => tell({ event: 'calm' }))
      break
    case 'die':
      trap.set(order.moment, order.after)
      break
    case 'hang':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.ms)
      break
    case 'sever':
      track.sever()
      break
    case 'tally':
      tell({
        event: 'tally',
        present: Object.fromEntries(present),
        level: load.level,
        levels: Object.fromEntries(levels),
        handles: openHandles().system,
        open: load.open,
      })
      break
    case 'weigh':
      tell({ event: 'weight', memory: memoryInUse() })
      break
    case 'close':
      void closed(node, load)
      break
    case 'exit':
      process.exit(0)
  }
}

/** Without its director it would load the machine for ever. */
function exitOrphaned(): void {
  process.exit(1)
}

/** Closes under load: what is open gets its outcome. */
async function closed(node: Node, load: StormLoad): Promise<void> {
  const calm = load.calm()
  await node.close()
  await calm
  process.off('disconnect', exitOrphaned) // from here on it must end by itself
  process.disconnect()
}

/** Writes down all that the node is told. */
function follow(node: Node): void {
  node.peers$.subscribe(({ type, node: peer, incarnation, reason }) => {
    journal.write(['peer', type, peer, incarnation, codeOf(reason)])
    eras.set(peer, (eras.get(peer) ?? 0) + 1)
    if (type === 'up') present.set(peer, incarnation)
    else present.delete(peer)
    tell({ event: 'peer', type, node: peer })
  })
  node.deadLetters$.subscribe(({ target, payload, outcome, reason }) => {
    const [, to = '', clerk = ''] = /^signalbox:\/\/([^/]+)\/(.+)$/.exec(target) ?? []
    if (clerk === '') return // news: whoever publishes is told
    if (to !== name) {
      journal.write(['dead', to, clerk, outcome, reason.code])
      return
    }
    const note = payload as Note
    journal.write(['left', clerk, note.by, note.life, note.number])
  })
  node.observe(News, { overflow: 'unbounded' }).subscribe(news => {
    journal.write(['observed', news.by, news.life, news.number])
  })
  void readNews(node)
  for (const other of others) {
    node.hot(Level.of(other)).subscribe(level => {
      journal.write(['level', other, level.life, level.count])
      levels.set(other, `${level.life}/${level.count}`)
    })
  }
}

/** Why a peer went; where its session came not back in time, why the last track was lost. */
function codeOf(reason: CloseReason | undefined): string {
  if (reason?.by !== 'fault') return reason?.by ?? ''
  const { cause, code } = reason.error
  return isSignalboxError(cause) ? cause.code : code
}

async function readNews(node: Node): Promise<void> {
  for await (const news of node.stream(News, { buffer: 4 })) {
    journal.write(['read', news.by, news.life, news.number])
    await new Promise(setImmediate)
  }
}

async function spawnClerks(node: Node): Promise<void> {
  const spawn = (clerk: ClerkName, limit: number, work: () => void | Promise<void>) =>
    node.spawn(
      Clerk,
      () => ({
        noted(note) {
          hear(clerk, note)
          return work()
        },
        async asked(note) {
          hear(clerk, note)
          await work()
          return { life, number: note.number }
        },
      }),
      { name: clerk, mailbox: { limit, overflow: 'block' } },
    )
  await spawn('quick', 1000, () => {})
  await spawn('slow', 10, () => new Promise(setImmediate))
  await spawn('heavy', 3, () => {})
}

function hear(clerk: ClerkName, note: Note): void {
  const { by, number } = note
  journal.write(['heard', clerk, by, note.life, number])
  if (!isWhole(note)) journal.write(['damaged', clerk, by, note.life, number])
  trap.pass('reading')
  if (++handled % STEP === 0) tell({ event: 'progress' })
}

function memoryInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function tell(report: StormReport): void {
  if (process.connected) process.send?.(report)
}
