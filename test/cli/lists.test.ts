import { describe, expect, it } from 'vitest'
import { builtinTransports } from '../../src/composition/builtin-transports.js'
import { Directory } from '../../src/core/node/directory.js'
import { processTable } from '../../src/native/process-table.js'
import { runCommand } from '../support/command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const objectsIn = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))

describe('signalbox transports', () => {
  it('describes each transport in a line of JSON', async () => {
    const { code, stdout, stderr } = await runCommand(['transports', '--json'], { folder: temporaryFolder() })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const rows = objectsIn(stdout)
    expect(rows.map(({ name }) => name)).toEqual(builtinTransports().map(({ name }) => name))
    expect(rows.find(({ name }) => name === 'named-pipe')).toMatchObject({
      usable: true,
      platforms: expect.arrayContaining([process.platform]),
      capabilities: { reach: 'machine', boundaries: 'stream', maxFrame: null },
      summary: expect.any(String),
    })
  })

  it('prints a table for people', async () => {
    const { code, stdout } = await runCommand(['transports'], { folder: temporaryFolder() })
    expect(code).toBe(0)
    for (const { name } of builtinTransports()) expect(stdout).toContain(`│ ${name} `)
    expect(stdout).not.toContain('\u001b')
  })
})

describe('signalbox nodes', () => {
  const announce = (folder: string, namespace: string) => {
    const log = { debug: () => {}, warn: () => {} }
    const directory = new Directory({ folder, namespace, processes: processTable, log })
    return directory.announce({ name: 'shop', incarnation: 'ab', addresses: ['tcp://127.0.0.1:7000'] })
  }

  it('prints each node in a line of JSON', async () => {
    const folder = temporaryFolder()
    await using node = await announce(folder, 'default')
    const { code, stdout } = await runCommand(['nodes', '--json'], { folder })
    expect(code).toBe(0)
    expect(objectsIn(stdout)).toEqual([node.entry])
  })

  it('looks into the namespace that is asked for', async () => {
    const folder = temporaryFolder()
    await using _node = await announce(folder, 'other')
    const none = await runCommand(['nodes', '--json'], { folder })
    expect(none).toMatchObject({ code: 0, stdout: '' })
    const table = await runCommand(['nodes', '--namespace', 'other'], { folder })
    expect(table.stdout).toMatch(new RegExp(`│ shop +│ ${process.pid} `))
  })
})
