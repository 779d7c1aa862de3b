// One of many that take and give back a mutex, a permit and a sign, for ever: contender.js <runtime folder> <contest> <life>
// Hears 'pause' and 'go'; says 'paused' when it has nothing, and 'moment' at the turn that was aimed at.
import { setTimeout as sleep } from 'node:timers/promises'
import { Event, Mutex, Semaphore } from 'signalbox/synchronisation'
import { Contest, NAMES, Prize, Stage } from './contest.js'

const [runtimeFolder = '', path = '', number = ''] = process.argv.slice(2)
const life = Number(number)
const contest = Contest.open(path)
const [mutexName, permitsName, signName, visitName] = NAMES.map(name => `${name}.${process.argv[5]}`)

const TURNS_A_VISIT = 4
/** ms for which things are held: far longer than it takes to get them, so that many who are killed have something. */
const LONG = 2

let goOn: (() => void) | undefined
let isPaused = false
process.on('message', order => {
  isPaused = order === 'pause'
  if (!isPaused) goOn?.()
})
process.on('disconnect', () => process.exit())

const options = { runtimeFolder }
const mutex = await Mutex.open(mutexName ?? '', options)
const permits = await Semaphore.open(permitsName ?? '', options)
const sign = await Event.open(signName ?? '', options)

for (let turn = 0; ; turn += 1) {
  if (isPaused) await pause()
  await change()
  await take(Prize.PERMIT, permits.acquire.bind(permits), () => permits.release())
  await take(Prize.SIGN, sign.wait.bind(sign), () => sign.set())
  if (turn % TURNS_A_VISIT === 0) await visit()
  if (contest.turn()) process.send?.('moment')
}

async function change(): Promise<void> {
  contest.enter(life, Prize.MUTEX, Stage.ASKS)
  const lock = await mutex.lock()
  contest.beginChange(life, lock.abandoned)
  contest.enter(life, Prize.MUTEX, Stage.HAS)
  await sleep(LONG)
  contest.endChange(life)
  contest.enter(life, Prize.MUTEX, Stage.LEAVES)
  lock.release()
  contest.enter(life, Prize.MUTEX, Stage.AWAY)
}

async function take(prize: Prize, get: () => Promise<void>, giveBack: () => void): Promise<void> {
  contest.enter(life, prize, Stage.ASKS)
  await get()
  contest.enter(life, prize, Stage.HAS)
  await sleep(LONG)
  contest.enter(life, prize, Stage.LEAVES)
  giveBack()
  contest.enter(life, prize, Stage.AWAY)
}

/** The first to open it makes it, and the last to close it removes it, while others come and go. */
async function visit(): Promise<void> {
  using place = await Mutex.open(visitName ?? '', options)
  using _ = await place.lock()
  contest.beginVisit(life)
  await nextTurn()
  contest.endVisit(life)
}

async function pause(): Promise<void> {
  const resumed = new Promise<void>(resolve => {
    goOn = resolve
  })
  process.send?.('paused')
  await resumed
}

function nextTurn(): Promise<void> {
  return new Promise(setImmediate)
}
