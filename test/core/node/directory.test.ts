import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { firstValueFrom, Subject } from 'rxjs'
import { filter, map } from 'rxjs/operators'
import { beforeEach, describe, expect, it } from 'vitest'
import { Directory, type DirectoryOptions } from '../../../src/core/node/directory.js'
import { entryFileName } from '../../../src/core/node/directory-entry.js'
import { processTable } from '../../../src/native/process-table.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const shop = { name: 'shop', incarnation: 'ab01', addresses: ['tcp://127.0.0.1:7000'] }

describe('the directory', () => {
  let folder: string
  let warnings: string[]
  const directoryOf = (options: Partial<DirectoryOptions> = {}) =>
    new Directory({
      folder,
      namespace: 'default',
      processes: processTable,
      log: { debug: () => {}, warn: message => void warnings.push(message) },
      ...options,
    })
  const entriesFolder = () => join(folder, 'nodes', 'default')
  const writeEntry = async (name: string, content: string) => {
    await mkdir(entriesFolder(), { recursive: true, mode: 0o700 })
    await writeFile(join(entriesFolder(), entryFileName(name)), content)
  }
  const deadEntry = (name: string) =>
    JSON.stringify({
      name,
      namespace: 'default',
      pid: process.pid,
      process: 'an earlier process of this pid',
      incarnation: '00',
      addresses: [],
      started: new Date(0).toISOString(),
    })

  beforeEach(() => {
    folder = temporaryFolder()
    warnings = []
  })

  it('finds a node that another directory object announced', async () => {
    await using announcement = await directoryOf().announce(shop)
    const entry = await directoryOf().find('shop')
    expect(entry).toEqual(announcement.entry)
    expect(entry).toMatchObject({ ...shop, namespace: 'default', pid: process.pid })
    expect(entry?.process).toBe(processTable.incarnationOf(process.pid))
  })

  it('is settled when nothing is being read any more', async () => {
    const directory = directoryOf()
    const done: string[] = []
    void directory.entries().then(() => done.push('entries'))
    void directory.find('shop').then(() => done.push('find'))
    await directory.settled()
    expect(done.sort()).toEqual(['entries', 'find'])
    await directory.settled() // nothing is
  })

  it('keeps namespaces apart', async () => {
    await using _here = await directoryOf().announce(shop)
    await using _there = await directoryOf({ namespace: 'other' }).announce({ ...shop, incarnation: 'cd' })
    expect((await directoryOf().find('shop'))?.incarnation).toBe('ab01')
    expect((await directoryOf({ namespace: 'other' }).entries()).map(entry => entry.incarnation)).toEqual([
      'cd',
    ])
  })

  it('refuses a second living node of one name and says whose the first is', async () => {
    await using _first = await directoryOf().announce(shop)
    await expect(directoryOf().announce(shop)).rejects.toMatchObject({
      code: 'NAME_TAKEN',
      message: expect.stringContaining('shop'),
    })
  })

  it('gives a withdrawn name to the next', async () => {
    const first = await directoryOf().announce(shop)
    await first.withdraw()
    await first.withdraw()
    await using _second = await directoryOf().announce(shop)
    expect(await directoryOf().find('shop')).toBeDefined()
  })

  it('withdraws nothing but its own entry', async () => {
    const first = await directoryOf().announce(shop)
    await writeEntry('shop', deadEntry('shop')) // somebody took it, wrongly or not
    await first.withdraw()
    expect(await readFile(join(entriesFolder(), 'shop.json'), 'utf8')).toBe(deadEntry('shop'))
  })

  it('takes the place of a node whose process is gone', async () => {
    await writeEntry('shop', deadEntry('shop'))
    await using _ours = await directoryOf().announce(shop)
    expect((await directoryOf().find('shop'))?.incarnation).toBe('ab01')
    expect(await readdir(entriesFolder())).toEqual(['shop.json'])
  })

  it('gives a name to one of many who want it at once, over a dead node', async () => {
    await writeEntry('shop', deadEntry('shop'))
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => directoryOf().announce(shop)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await readdir(entriesFolder())).toEqual(['shop.json'])
  })

  it('does not show, and removes, what dead nodes left', async () => {
    await using _living = await directoryOf().announce({ ...shop, name: 'till' })
    await writeEntry('shop', deadEntry('shop'))
    await writeFile(join(entriesFolder(), 'left.claim'), JSON.stringify({ pid: process.pid, process: 'x' }))
    await writeFile(join(entriesFolder(), '4194305.00000000-0000-0000-0000-000000000000.draft'), '{')
    expect((await directoryOf().entries()).map(entry => entry.name)).toEqual(['till'])
    expect(await readdir(entriesFolder())).toEqual(['till.json'])
    expect(await directoryOf().find('shop')).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['a truncated entry', deadEntry('shop').slice(0, 40)],
    ['JSON of something else', '[1, 2, 3]'],
    ['an entry of another name', deadEntry('till')],
    ['an entry with a wrong field', deadEntry('shop').replace('[]', '"everywhere"')],
    [
      'an entry with a prototype',
      deadEntry('shop')
        .replace('{', '{"__proto__":{"pid":1},')
        .replace(/"pid":\d+/g, '"pid":-1'),
    ],
    ['more than any entry has', ' '.repeat(100_000)],
  ])('skips a file that holds %s, and says so once', async (_what, content) => {
    await using _living = await directoryOf().announce({ ...shop, name: 'other' })
    await writeEntry('shop', content)
    const directory = directoryOf()
    expect((await directory.entries()).map(entry => entry.name)).toEqual(['other'])
    expect(await directory.find('shop')).toBeUndefined()
    expect(warnings).toEqual([expect.stringContaining('shop.json')])
    await using _ours = await directory.announce(shop) // what names no living owner is in nobody's way
  })

  it.each(['Shop', 'a/b', '..', 'con', 'ä ö', '*', 'x'.repeat(255), 'Ü'.repeat(255)])(
    'holds a node called %s',
    async name => {
      await using _node = await directoryOf().announce({ ...shop, name })
      await using _lower = await directoryOf().announce({ ...shop, name: `${name.slice(1)}-` })
      expect((await directoryOf().find(name))?.name).toBe(name)
      expect(await directoryOf().entries()).toHaveLength(2)
    },
  )

  it('tells names apart that differ in case only', async () => {
    await using _upper = await directoryOf().announce({ ...shop, name: 'Shop' })
    await using _lower = await directoryOf().announce(shop)
    expect((await directoryOf().entries()).map(entry => entry.name)).toEqual(['Shop', 'shop'])
  })

  it('refuses to announce a node without a name', async () => {
    await expect(directoryOf().announce({ ...shop, name: '' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
  })

  it('tells its followers of every change until they leave', async () => {
    const directory = directoryOf()
    const seen = new Subject<string>()
    const whenSeen = (names: string) => firstValueFrom(seen.pipe(filter(now => now === names)))
    const empty = whenSeen('')
    const subscription = directory.changes$
      .pipe(map(entries => entries.map(entry => entry.name).join()))
      .subscribe(seen)
    await empty

    const one = whenSeen('shop')
    const announcement = await directoryOf().announce(shop)
    await one
    const two = whenSeen('shop,till')
    await using _till = await directoryOf().announce({ ...shop, name: 'till' })
    await two
    const left = whenSeen('till')
    await announcement.withdraw()
    await left
    subscription.unsubscribe()
    expect(await firstValueFrom(directory.changes$)).toHaveLength(1)
  })
})
