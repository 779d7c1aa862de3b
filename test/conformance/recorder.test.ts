import { expect, test } from 'vitest'
import { Recorder } from '../../src/testing/conformance/recorder.js'
import { type Script, ScriptReader } from '../../src/testing/conformance/script.js'

const script: Script = { seed: 5, count: 60, size: { upTo: 300 } }

const framesOf = (it: Script) => {
  const reader = new ScriptReader(it)
  return Array.from({ length: it.count }, (_, index) => reader.frame(index).slice())
}

test('a script gives the same frames to everybody, of all sizes, and others for another seed', () => {
  const sizes = new Set(framesOf({ ...script, count: 3000 }).map(({ length }) => length))
  for (const size of [0, 1, 2, 300]) expect(sizes).toContain(size)
  expect(Math.max(...sizes)).toBe(300)
  expect(framesOf(script)).toEqual(framesOf(script))
  expect(framesOf(script)).not.toEqual(framesOf({ ...script, seed: 6 }))
})

test('messages meet the script frame by frame', async () => {
  const recorder = new Recorder('message')
  const met = recorder.expect(script)
  for (const frame of framesOf(script)) recorder.take(frame)
  await met
  expect(recorder.frames).toBe(60)
})

test('a stream meets the script whatever its pieces, also before anybody expects it', async () => {
  const bytes = new ScriptReader(script).bytes()
  for (const piece of [1, 7, 1000, bytes.length]) {
    const recorder = new Recorder('stream')
    for (let at = 0; at < bytes.length; at += piece) recorder.take(bytes.subarray(at, at + piece))
    await recorder.expect(script)
  }
})

test('two scripts follow each other in one piece', async () => {
  const other = { ...script, seed: 9 }
  const recorder = new Recorder('stream')
  const met = [recorder.expect(script), recorder.expect(other)]
  recorder.take(Buffer.concat([new ScriptReader(script).bytes(), new ScriptReader(other).bytes()]))
  await Promise.all(met)
})

test.each(['message', 'stream'] as const)('one wrong byte in a %s is named', async boundaries => {
  const recorder = new Recorder(boundaries)
  const met = recorder.expect({ ...script, size: 10 })
  const [frame] = framesOf({ ...script, size: 10 })
  frame?.fill(0, 7, 8)
  recorder.take(frame ?? new Uint8Array())
  await expect(met).rejects.toThrow(/^frame 0 of 60, byte 7: 0x0 arrived, and 0x[\da-f]+ was sent$/)
})

test('an end that comes too early says how much had arrived', async () => {
  const recorder = new Recorder('message')
  const met = recorder.expect({ ...script, size: 10 })
  recorder.take(framesOf({ ...script, size: 10 })[0] ?? new Uint8Array())
  recorder.end('the connection was closed')
  await expect(met).rejects.toThrow('only 1 of 60 frames (10 B in all) arrived: the connection was closed')
  await expect(recorder.expect(script)).rejects.toThrow(/only 1 of 60/)
})
