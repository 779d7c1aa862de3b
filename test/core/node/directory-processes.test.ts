import type { ChildProcess } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Directory } from '../../../src/core/node/directory.js'
import { processTable } from '../../../src/native/process-table.js'
import { askAll, crash, forkFixture } from '../../support/fixture.js'
import { rounds } from '../../support/scale.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const hasAnnounced = (answer: unknown) => Object.hasOwn(Object(answer), 'announced')

describe('the directory, between processes', () => {
  let children: ChildProcess[] = []
  const start = async (count: number, folder: string) => {
    const started = await Promise.all(
      Array.from({ length: count }, () => forkFixture('directory/announcer.mjs', [folder])),
    )
    children.push(...started)
    return started
  }
  const directoryOf = (folder: string) =>
    new Directory({
      folder,
      namespace: 'default',
      processes: processTable,
      log: { debug: () => {}, warn: () => {} },
    })

  afterEach(async () => {
    await Promise.all(children.map(crash))
    children = []
  })

  it('gives each name to exactly one of many processes, and tells the others which', async () => {
    const folder = temporaryFolder()
    const rivals = await start(4, folder)
    for (const round of rounds(10, 1000)) {
      const answers = await askAll(rivals, `node-${round}`)
      const winners = answers.filter(hasAnnounced)
      expect(winners).toHaveLength(1)
      const { announced } = winners[0] as { announced: number }
      const losers = answers.filter(answer => answer !== winners[0])
      expect(losers).toEqual(
        losers.map(() => ({ code: 'NAME_TAKEN', message: expect.stringContaining(`process ${announced} `) })),
      )
    }
  })

  it('gives the name of a crashed process to exactly one of many heirs', async () => {
    const folder = temporaryFolder()
    const [owner, ...rivals] = await start(4, folder)
    if (owner === undefined) throw new Error('no owner was started')
    for (const name of ['shop', 'till', 'store']) await askAll([owner], name)
    expect(await directoryOf(folder).find('shop')).toMatchObject({ pid: owner.pid })
    await crash(owner)
    for (const name of ['shop', 'till']) {
      const answers = await askAll(rivals, name)
      expect(answers.filter(hasAnnounced)).toHaveLength(1)
    }
    const pids = rivals.map(({ pid }) => pid)
    const entries = await directoryOf(folder).entries()
    expect(entries.map(({ name }) => name)).toEqual(['shop', 'till'])
    for (const { pid } of entries) expect(pids).toContain(pid)
  })

  it('never has two owners of a name, nor loses it, when rivals die at any moment', async () => {
    const folder = temporaryFolder()
    const survivors = await start(2, folder)
    for (const _round of rounds(4, 400)) {
      const [victim] = await start(1, folder)
      if (victim === undefined) throw new Error('no victim was started')
      victim.send('shop')
      const dead = crash(victim)
      const answers = await askAll(survivors, 'shop')
      await dead
      const again = await askAll(survivors, 'shop') // what the victim may have had is free by now
      expect([...answers, ...again].filter(hasAnnounced)).toHaveLength(1)
      expect(await directoryOf(folder).entries()).toHaveLength(1)
      expect(await readdir(join(folder, 'nodes', 'default'))).toEqual(['shop.json'])
      const owner = survivors.findIndex(
        (_, index) => hasAnnounced(answers[index]) || hasAnnounced(again[index]),
      )
      const [fallen] = survivors.splice(owner, 1, ...(await start(1, folder)))
      if (fallen !== undefined) await crash(fallen)
    }
  })
})
