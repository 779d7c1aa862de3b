import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ExampleOptions, RunningExample } from '../support/example.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const MEGABYTE = 1024 * 1024

/**
 * A folder with files of 0 bytes to megabytes, more than the workers can have at once. The large ones
 * are deepest and counted last: when a quarter of the files is done, most of the work is not.
 */
function someFiles(): string {
  const folder = temporaryFolder()
  const below = join(folder, 'deep', 'below')
  mkdirSync(below, { recursive: true })
  for (const size of [0, 1, 4095, 4096, 65_537]) writeFileSync(join(folder, `${size}.js`), script(size))
  for (let index = 0; index < 200; index++) {
    writeFileSync(join(folder, 'deep', `${index}.md`), `# grüße ${index}\n`.repeat(index))
  }
  for (let index = 0; index < 6; index++)
    writeFileSync(join(below, `${index}.js`), script(2 * MEGABYTE + index))
  writeFileSync(join(below, 'image.png'), Buffer.alloc(3 * MEGABYTE))
  return folder
}

function script(size: number): string {
  return 'a += 1;\n'.repeat(size / 8 + 1).slice(0, size)
}

function census(args: readonly string[], { env = {}, cwd }: ExampleOptions = {}) {
  const temporary = temporaryFolder()
  const example = new RunningExample('census/main', {
    args,
    env: { TMPDIR: temporary, TEMP: temporary, TMP: temporary, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  })
  const leftovers = () => readdirSync(temporary)
  return { ended: example.ended, leftovers }
}

/** The transports of the table of tracks, by worker. */
function tracksIn(stdout: string): string[] {
  return [...stdout.matchAll(/worker-\d+ +│ ([a-z-]+)/g)].map(([, track]) => track ?? '')
}

/** One is enough where processes take seconds to start, as they do under Wine. */
const over = process.platform === 'win32' ? ['named-pipe'] : ['named-pipe', 'tcp']

describe.each([...over, 'memory'])('a census over %s', transport => {
  it('is equal to the byte to a count in one process, and leaves nothing behind', async () => {
    const { ended, leftovers } = census(['--check', '--folder', someFiles(), '--transport', transport])
    const { code, stdout, stderr } = await ended
    expect({ code, stderr: stderr.replace(/^\d+ of .*\n/gm, '') }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`${transport}: equal to the byte`)
    expect(stdout).toMatch(/all +│ +212 │/)
    expect(tracksIn(stdout)).toEqual([transport, transport])
    expect(leftovers()).toEqual([])
  })
})

describe.each(over)('a worker killed in mid-run over %s', transport => {
  it(`[I3] [${transport}: peer-death] loses no file and doubles none`, async () => {
    const args = ['--check', '--kill', '--folder', someFiles(), '--transport', transport]
    const { ended, leftovers } = census(args)
    const { code, stdout } = await ended
    expect(stdout).toMatch(/^worker-\d was lost after \d+ files/m)
    expect(stdout).toContain(`${transport}: equal to the byte`)
    expect(code).toBe(0)
    expect(leftovers()).toEqual([])
  })
})

it('small files take a pipe and large ones shared memory, and the table says which and why', async () => {
  const { ended, leftovers } = census(['--check', '--folder', someFiles()])
  const { code, stdout } = await ended
  expect(stdout).toContain('equal to the byte')
  expect(new Set(tracksIn(stdout))).toEqual(new Set(['named-pipe', 'shared-memory']))
  for (const track of ['named-pipe', 'shared-memory'])
    expect(stdout).toMatch(new RegExp(`│ ${track} .* │ \\d+ B take \\d+ µs \\(typical\\) +│`))
  expect(code).toBe(0)
  expect(leftovers()).toEqual([])
})

it('the transport of a census is swapped by a line of configuration', async () => {
  const cwd = someFiles()
  writeFileSync(join(cwd, 'signalbox.config.yaml'), 'transports: { prefer: [tcp] }\n')
  const { stdout } = await census(['--folder', 'deep'], { cwd }).ended
  expect(tracksIn(stdout)).toEqual(['tcp', 'tcp'])
})

it('a census that cannot be taken says why in one sentence', async () => {
  const { ended, leftovers } = census(['--transport', 'tpc'])
  const { code, stdout, stderr } = await ended
  expect(stderr).toMatch(/^census: [^\n]*did you mean 'tcp'\?\n$/)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(leftovers()).toEqual([])
})
