import { once } from 'node:events'
import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { SharedDll } from '../../../src/transports/dll/index.js'
import { startCPeer } from '../../support/c-peer.js'
import { forkPeer } from '../../support/peer.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const BYTES = 100_000
const code = (expected: string) => expect.objectContaining({ code: expected })

let runtimeFolder: string
beforeEach(() => {
  runtimeFolder = temporaryFolder()
})

async function open(name = 'orders', bytes = BYTES): Promise<SharedDll> {
  const shared = await SharedDll.open(name, bytes, { runtimeFolder })
  onTestFinished(() => shared.unload())
  return shared
}

/** Another process that has the library, when it has it. */
async function startAdder(count: number) {
  const peer = forkPeer('dll', ['add', runtimeFolder, 'orders', String(BYTES), String(count)])
  onTestFinished(async () => {
    if (peer.exitCode !== null || peer.signalCode !== null) return
    peer.kill('SIGKILL')
    await once(peer, 'exit')
  })
  const [path] = await once(peer, 'message')
  return { peer, path }
}

describe('a shared library', () => {
  it('[dll: listen-connect] has one set of bytes in two processes, which are zeros first and hold with Atomics', async () => {
    const shared = await open()
    const words = new Int32Array(shared.buffer)
    expect(words.every(word => word === 0)).toBe(true)
    expect([shared.bytes.length, shared.size]).toEqual([BYTES, BYTES])
    const { peer, path } = await startAdder(200_000)
    expect(path).toBe(shared.path)
    const exited = once(peer, 'exit')
    peer.send('go')
    for (let left = 200_000; left > 0; left -= 1) Atomics.add(words, 0, 1)
    expect(await exited).toEqual([0, null])
    expect(words[0]).toBe(400_000)
  })

  it('[dll: shape] is loaded by a C program, too, which finds the bytes by their name', async context => {
    const shared = await open()
    const words = new Int32Array(shared.buffer)
    const program = startCPeer(context, 'dll', ['add', shared.path, '100000'])
    onTestFinished(() => void program.kill())
    await once(program.stdout ?? program, 'data')
    const exited = once(program, 'exit')
    program.stdin?.write('\n')
    for (let left = 100_000; left > 0; left -= 1) Atomics.add(words, 0, 1)
    expect(await exited).toEqual([0, null])
    expect(words[0]).toBe(200_000)
  })

  it('[dll: limits] keeps its bytes as long as anybody has it, and not longer', async () => {
    const first = await open()
    first.bytes[7] = 7
    const { peer } = await startAdder(1)
    first.unload()
    const second = await open()
    expect(second.bytes[7]).toBe(7)
    second.unload()
    peer.kill('SIGKILL')
    await once(peer, 'exit')
    expect((await open()).bytes[7]).toBe(0)
  })

  it('[dll: limits] of another name or size is another one', async () => {
    const [orders, stock, larger] = [await open(), await open('stock'), await open('orders', BYTES + 1)]
    orders.bytes[0] = 1
    expect([stock.bytes[0], larger.bytes[0], larger.bytes.length]).toEqual([0, 0, BYTES + 1])
  })

  it('is made once by those who open it at once, and no draft of it stays', async () => {
    const opened = await Promise.all([startAdder(1), startAdder(1), startAdder(1), open(), open()])
    const paths = new Set(opened.map(({ path }) => path))
    expect([...paths]).toEqual([join(runtimeFolder, 'dll', `orders-${BYTES}-x64.dll`)])
    expect(readdirSync(join(runtimeFolder, 'dll'))).toHaveLength(1)
  })

  it.each(['close', 'unload'] as const)(
    'leaves no view that could crash: after %s it has no bytes',
    async way => {
      // What is closed stays loaded until its buffer is garbage, and cannot be removed meanwhile.
      const folder = way === 'close' ? join(tmpdir(), 'signalbox-test-dll') : runtimeFolder
      const shared = await SharedDll.open('closed', 64, { runtimeFolder: folder })
      const words = new Int32Array(shared.buffer)
      words[0] = 1
      shared[way]()
      shared[way]()
      expect(words.length).toBe(0)
      expect(() => Atomics.add(words, 0, 1)).toThrow()
      expect(() => shared.bytes).toThrow(code('CLOSED'))
      expect(() => shared.buffer).toThrow(code('CLOSED'))
    },
  )
})

describe('a file that somebody planted', () => {
  it('is refused by its name, with advice, and not loaded', async () => {
    const path = join(runtimeFolder, 'dll', `orders-${BYTES}-x64.dll`)
    mkdirSync(dirname(path))
    writeFileSync(path, 'MZ, but not ours')
    await expect(open()).rejects.toEqual(code('ACCESS_DENIED'))
    await expect(open()).rejects.toThrow(`${path} is not loaded: it is not the library that belongs there`)
    await expect(open()).rejects.toThrow('remove it, and it is made anew')
  })

  it('is refused for one byte more than ours', async () => {
    const shared = await open()
    const { path } = shared
    shared.unload()
    appendFileSync(path, '\0')
    await expect(open()).rejects.toEqual(code('ACCESS_DENIED'))
  })

  it('cannot take the place of a library that is loaded', async () => {
    const { path } = await open()
    expect(() => writeFileSync(path, 'other')).toThrow()
  })
})
