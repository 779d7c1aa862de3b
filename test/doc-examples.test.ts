import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { builtinTransports } from '../src/composition/builtin-transports.js'
import { skipUnless } from './support/capability.js'
import { temporaryFolder } from './support/temporary-folder.js'

const root = new URL('../', import.meta.url)
const scripts = new URL('.cache/doc-examples/', root)

/** The example in the doc comment of a transport's factory. */
function exampleOf(transport: string): string {
  const source = readFileSync(new URL(`src/transports/${transport}/index.ts`, root), 'utf8')
  const code = /@example\n \* ```ts\n([\s\S]*?) \* ```/.exec(source)?.[1]
  if (code === undefined) throw new Error(`${transport} has no example`)
  return code.replace(/^ \* ?/gm, '')
}

for (const transport of builtinTransports()) {
  it(`the example of ${transport.name} runs as it stands in its doc comment`, async context => {
    const { name } = transport
    const availability = await transport.availability()
    if (!availability.usable) return skipUnless(context, false, `${name} ${availability.reason}`)
    mkdirSync(scripts, { recursive: true })
    const script = fileURLToPath(new URL(`${name}-${process.platform}.mjs`, scripts))
    writeFileSync(script, exampleOf(name)) // within the package, so that it finds it by its name
    const env = { ...process.env, SIGNALBOX_RUNTIME_DIR: temporaryFolder() }
    const run = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const [said, complaints] = await Promise.all([text(run.stdout), text(run.stderr), once(run, 'close')])
    expect({ said, complaints, code: run.exitCode }).toEqual({
      said: 'one coffee\n',
      complaints: '',
      code: 0,
    })
  })
}
