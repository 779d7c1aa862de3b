import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { SeededRandom } from '../../../src/testing/index.js'
import { Journal } from '../../../src/transports/file-mapping/index.js'
import { JournalNotes } from '../../peers/journal-notes.js'
import { crash } from '../../support/fixture.js'
import { forkPeer } from '../../support/peer.js'
import { patience, rounds } from '../../support/scale.js'
import { tallied } from '../../support/tally.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { until } from '../../support/until.js'

const seed = Number(process.env['SIGNALBOX_SEED'] ?? Date.now() % 1_000_000)
/** Every start of a process costs seconds under Wine. */
const KILLS = process.platform === 'win32' ? 2 : 30
/** Records after which somebody is killed, at most: some while he still begins, some in the midst of it. */
const MOST_RECORDS = 3000

it(
  '[file-mapping: peer-death] whoever is killed while both sides use a journal, no record that was taken is lost, none is damaged, and nothing is left over',
  async test => {
    const tally = tallied(test, seed, { kills: 0, lost: 0, twice: 0, damaged: 0, leftOver: 0, records: 0 })
    const folder = temporaryFolder()
    const [path, notesPath] = [join(folder, 'orders.journal'), join(folder, 'notes')]
    const random = new SeededRandom(seed)
    const notes = JournalNotes.create(notesPath)
    onTestFinished(() => notes.close())
    const journal = await Journal.open(path, { bytes: 65_536 })
    onTestFinished(() => journal.close())

    const start = (how: 'write' | 'read', life: number): ChildProcess => {
      const peer = forkPeer('journal', [how, path, notesPath, String(life)])
      onTestFinished(() => crash(peer))
      return peer
    }
    const sides = { write: start('write', 0), read: start('read', 0) }
    for (const _ of rounds(KILLS, 1000)) {
      const side = random.below(2) === 0 ? 'write' : 'read'
      const victim = sides[side]
      const [gone, enough] = [once(victim, 'exit'), progressOf(notes) + random.below(MOST_RECORDS)]
      await until(() => progressOf(notes) >= enough)
      victim.kill('SIGKILL')
      expect((await gone)[1]).toBe('SIGKILL')
      tally.kills += 1
      sides[side] = start(side, tally.kills)
    }
    await crash(sides.write)
    await crash(sides.read)

    const last = await journal.consumer('billing')
    for (let record = last.read(); record !== undefined; record = last.read()) notes.delivered(record)
    const { lost, repeated, damaged } = notes.faults()
    const left = readdirSync(folder).sort()
    const found = { lost: lost.length, twice: repeated, damaged, leftOver: left.length - 2 }
    Object.assign(tally, found, { records: notes.takenCount })
    expect({ lost, damaged, dropped: last.dropped }).toEqual({ lost: [], damaged: 0, dropped: 0 })
    expect(repeated).toBeLessThanOrEqual(tally.kills + 1) // the one that a killed consumer had at hand
    expect(left).toEqual(['notes', 'orders.journal'])
  },
  patience,
)

/** Records that went all the way: neither side gets far without the other one. */
const progressOf = (notes: JournalNotes) => Math.min(notes.takenCount, notes.deliveredCount)
