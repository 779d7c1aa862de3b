import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { firstValueFrom } from 'rxjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findLeftOvers } from '../../../src/cli/doctor/remains.js'
import { parseAddress } from '../../../src/core/contracts/index.js'
import { createTestContext } from '../../../src/testing/index.js'
import { FileSegments } from '../../../src/transports/file-mapping/file-segments.js'
import { fileMapping } from '../../../src/transports/file-mapping/index.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { until } from '../../support/until.js'

const { pid } = process

/** The system as an earlier process of this pid saw it. */
const earlier = {
  incarnationOf: (asked: number) => (asked === pid ? 'an earlier process of this pid' : undefined),
}

describe('the files of connections', () => {
  it('are shared by their names, which nobody has any more when both sides have closed', () => {
    const folder = temporaryFolder()
    const segments = new FileSegments(folder)
    const mine = segments.create(4096)
    const same = segments.open(mine.name)
    new Uint8Array(same.buffer)[0] = 7
    expect(new Uint8Array(mine.buffer)[0]).toBe(7)
    segments.unlink(mine)
    segments.unlink(mine)
    mine.close()
    same.close()
    expect(readdirSync(join(folder, 'file-mapping'))).toEqual([])
    expect(() => segments.open(mine.name)).toThrow(expect.objectContaining({ code: 'NO_LISTENER' }))
  })

  it('of processes that are gone are found and swept, those of the living and of others are not', async () => {
    const folder = temporaryFolder()
    const left = new FileSegments(folder, earlier).create(4096)
    const [path, alive] = [join(folder, 'file-mapping', left.name), new FileSegments(folder).create(4096)]
    onTestFinished(() => alive.close())
    writeFileSync(join(folder, 'file-mapping', 'notes.txt'), 'mine')
    const names = async () => (await findLeftOvers(folder)).map(({ name }) => name)
    expect(await names()).toEqual([path])
    if (process.platform === 'win32') left.close() // or the system keeps it, as it would not for a dead process
    await new FileSegments(folder).sweep()
    expect(await names()).toEqual([])
    const stay = ['notes.txt', alive.name].sort()
    expect(readdirSync(join(folder, 'file-mapping')).sort()).toEqual(stay)
  })

  it('are gone when a connection has ended, whoever ends it', async () => {
    const folder = temporaryFolder()
    const context = createTestContext(folder)
    const address = parseAddress('file-mapping://./orders')
    const listener = await fileMapping().listen(address, context)
    const arrived = firstValueFrom(listener.connections$)
    const till = await fileMapping().connect(address, context)
    const shop = await arrived
    expect(existsSync(join(folder, 'file-mapping'))).toBe(true)
    await till.close()
    await shop.close()
    await listener.close()
    await until(() => readdirSync(join(folder, 'file-mapping')).length === 0)
  })
})
