import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Directory } from '../../../src/core/node/directory.js'
import { processTable } from '../../../src/native/process-table.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

describe('the directory, by mode bits', () => {
  it('lets nobody else read it', async () => {
    const folder = temporaryFolder()
    const log = { debug: () => {}, warn: () => {} }
    const directory = new Directory({ folder, namespace: 'default', processes: processTable, log })
    await using _node = await directory.announce({ name: 'shop', incarnation: '00', addresses: [] })
    const entries = join(folder, 'nodes', 'default')
    expect((await stat(entries)).mode & 0o777).toBe(0o700)
    expect((await stat(join(entries, 'shop.json'))).mode & 0o777).toBe(0o600)
  })
})
