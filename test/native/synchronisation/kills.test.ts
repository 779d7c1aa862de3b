import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { synchronisationLeftOvers } from '../../../src/native/posix/named-left-overs.js'
import { Event, Mutex, Semaphore } from '../../../src/native/synchronisation/index.js'
import { SeededRandom } from '../../../src/testing/index.js'
import { Contest, NAMES, Prize, Stage } from '../../peers/contest.js'
import { Contender } from '../../support/contender.js'
import { patience, rounds } from '../../support/scale.js'
import { tallied } from '../../support/tally.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const seed = Number(process.env['SIGNALBOX_SEED'] ?? Date.now() % 1_000_000)
/** Several die at once: a process takes most of its time to start. */
const AT_ONCE = 3
const ROUNDS = 10
const CONTENDERS = 6
const PERMITS = 2
/** Of this process, beyond those of all contenders. */
const OWN_LIFE = 4000
/** Turns after which they die, at most. */
const MOST_TURNS = 100

it(
  'whoever is killed among many, one is next to have the mutex and is told, no permit is lost that nobody had, and all go on',
  async test => {
    const tally = tallied(test, seed, { kills: 0, leftOver: 0, turns: 0, owners: 0 })
    const random = new SeededRandom(seed)
    const [folder, suffix] = [temporaryFolder(), `sbtest.${randomUUID().slice(0, 8)}`]
    const path = join(folder, 'contest')
    const contest = Contest.create(path)
    onTestFinished(() => contest.close())
    const options = { runtimeFolder: folder }
    const [mutexName, permitsName, signName, visitName] = NAMES.map(name => `${name}.${suffix}`) as [
      string,
      string,
      string,
      string,
    ]
    const mutex = await Mutex.open(mutexName, options)
    const permits = await Semaphore.open(permitsName, { ...options, count: PERMITS })
    const sign = await Event.open(signName, { ...options, set: true })
    const opened = [mutex, permits, sign]
    onTestFinished(() => {
      for (const each of opened) each.close()
    })

    let moment = () => {}
    let lives = 0
    const start = () => {
      const contender = new Contender(lives, [folder, path, String(lives), suffix], onTestFinished)
      contender.onMoment(() => moment())
      lives += 1
      return contender
    }
    /** How many of these have it for certain, and of how many nobody can tell. */
    const countOf = (prize: Prize, dead: readonly Contender[]) => {
      const stages = dead.map(({ life }) => contest.stageOf(life, prize))
      const sure = stages.filter(stage => stage === Stage.HAS).length
      return { sure, unsure: stages.filter(stage => stage === Stage.ASKS || stage === Stage.LEAVES).length }
    }

    const living: Contender[] = []
    for (const round of rounds(ROUNDS, 334)) {
      const reached = new Promise<void>(resolve => {
        moment = resolve
      })
      contest.aim(1 + random.below(MOST_TURNS))
      const born = Array.from({ length: CONTENDERS - living.length }, start)
      living.push(...born)
      // In some rounds, some die while they still begin.
      if (random.below(4) > 0) await Promise.all(born.map(contender => contender.pause()))
      for (const contender of living) contender.goOn()
      await reached

      const dead = Array.from({ length: AT_ONCE }, () => living.splice(random.below(living.length), 1)).flat()
      await Promise.all(dead.map(victim => victim.kill()))
      tally.kills += dead.length
      // What is in use is none, whoever looks, and what is not can go at any time.
      for (const leftOver of synchronisationLeftOvers(folder)) {
        if (leftOver.whose === 'this user') await leftOver.remove()
      }
      // Nobody else knows who had a permit; two too many do less harm than one too few.
      const gone = countOf(Prize.PERMIT, dead)
      if (gone.sure + gone.unsure > 0) permits.release(gone.sure + gone.unsure)
      const signs = countOf(Prize.SIGN, dead)
      if (signs.sure + signs.unsure > 0) sign.set()

      // Whoever waits gets what he waits for.
      await Promise.all(living.map(survivor => survivor.pause()))
      const lock = mutex.tryLock()
      expect(lock, `round ${round}: nobody has the mutex`).toBeDefined()
      // This process may be the next one itself, and what it guards half-done.
      contest.beginChange(OWN_LIFE, lock?.abandoned ?? false)
      contest.endChange(OWN_LIFE)
      lock?.release()
      const tolds = contest.told - tally.owners
      tally.owners = contest.told
      tally.turns = contest.turns
      const owners = countOf(Prize.MUTEX, dead)
      expect(tolds, `round ${round}: told of the abandoned mutex`).toBeGreaterThanOrEqual(owners.sure)
      expect(tolds, `round ${round}: told of the abandoned mutex`).toBeLessThanOrEqual(
        owners.sure + owners.unsure,
      )
      let free = 0
      while (permits.tryAcquire()) free += 1
      expect(free, `round ${round}: permits`).toBeGreaterThanOrEqual(PERMITS)
      expect(free, `round ${round}: permits`).toBeLessThanOrEqual(PERMITS + gone.unsure)
      permits.release(PERMITS)
      expect(sign.tryWait(), `round ${round}: the sign`).toBe(true)
      sign.set()
      expect(contest.clashes, `round ${round}`).toBe(0)
    }
    await Promise.all(living.map(survivor => survivor.kill()))
    // Who died on his visit left it abandoned; the next one clears that, and closes it last.
    using visit = await Mutex.open(visitName, options)
    visit.tryLock()?.release()
    visit.close()
    for (const each of opened) each.close()
    const left = existsSync(join(folder, 'sync')) ? readdirSync(join(folder, 'sync')) : []
    tally.leftOver = left.length
    expect(left).toEqual([])
  },
  patience,
)
