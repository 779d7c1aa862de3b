import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { builtinTransports } from '../src/composition/builtin-transports.js'
import { ruleNames } from '../src/core/routing/index.js'
import { skipUnless } from './support/capability.js'
import { temporaryFolder } from './support/temporary-folder.js'

const root = new URL('../', import.meta.url)
// Under Windows the package that they find is the bundled one, which starts in a tenth of the time.
const scripts = new URL(`.cache/${process.platform === 'win32' ? 'bundled/' : ''}doc-examples/`, root)

/** The example in the doc comment of a transport's factory. */
function exampleOf(transport: string): string {
  const source = readFileSync(new URL(`src/transports/${transport}/index.ts`, root), 'utf8')
  const code = /@example\n \* ```ts\n([\s\S]*?) \* ```/.exec(source)?.[1]
  if (code === undefined) throw new Error(`${transport} has no example`)
  return code.replace(/^ \* ?/gm, '')
}

/** The examples in a page, and what the page says that they print. */
function examplesIn(subject: string): [example: string, said: string][] {
  const page = readFileSync(new URL(`docs/${subject}.md`, root), 'utf8')
  const examples = [...page.matchAll(/```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)]
  if (examples.length === 0) throw new Error(`docs/${subject}.md has no example`)
  return examples.map(([, example = '', said = '']) => [example, said])
}

/** Runs an example as a program of its own, within the package, so that it finds it by its name. */
async function run(name: string, example: string) {
  mkdirSync(scripts, { recursive: true })
  const script = fileURLToPath(new URL(`${name}-${process.platform}.mjs`, scripts))
  writeFileSync(script, example)
  const cwd = temporaryFolder()
  const env = { ...process.env, SIGNALBOX_RUNTIME_DIR: temporaryFolder() }
  const running = spawn(process.execPath, [script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const streams = [text(running.stdout), text(running.stderr)] as const
  const [said, complaints] = await Promise.all([...streams, once(running, 'close')])
  return { said, complaints, code: running.exitCode }
}

for (const transport of builtinTransports()) {
  it(`the example of ${transport.name} runs as it stands in its doc comment`, async context => {
    const { name } = transport
    const availability = await transport.availability()
    if (!availability.usable) return skipUnless(context, false, `${name} ${availability.reason}`)
    expect(await run(name, exampleOf(name))).toEqual({ said: 'one coffee\n', complaints: '', code: 0 })
  })
}

for (const subject of [
  'anonymous-pipe',
  'broadcast-ring',
  'file-mapping',
  'selector',
  'shared-memory',
  'synchronisation',
  'worker',
]) {
  it(`what docs/${subject}.md shows runs, and says what the page says`, async () => {
    for (const [example, said] of examplesIn(subject)) {
      expect(await run(`docs-${subject}`, example)).toEqual({ said, complaints: '', code: 0 })
    }
  })
}

for (const subject of ['dll', 'mailslot', 'named-pipe']) {
  it(`what docs/${subject}.md shows runs on Windows, and says what the page says`, async context => {
    const { platform } = process
    skipUnless(
      context,
      platform === 'win32',
      `docs/${subject}.md shows what needs Windows, and this is ${platform}`,
    )
    for (const [example, said] of examplesIn(subject)) {
      expect(await run(`docs-${subject}`, example)).toEqual({ said, complaints: '', code: 0 })
    }
  })
}

it('docs/selector.md names every rule', () => {
  const page = readFileSync(new URL('docs/selector.md', root), 'utf8')
  for (const rule of ruleNames) expect(page).toContain(`\`${rule}\``)
})
