import { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { exchangeOverSocket } from '../../src/composition/processes/end-exchange.js'
import { ProcessLine } from '../../src/composition/processes/process-line.js'
import { makeSocketPair } from '../../src/native/posix/pipe.js'
import { anonymousPipe, type PipeEnds } from '../../src/transports/anonymous-pipe/index.js'

/** A line to this process, and what somebody at its other end has: a stream, and an exchange of ends. */
function line() {
  const [ours, theirs] = makeSocketPair()
  const [ends, theirEnds] = makeSocketPair()
  const heard: { word: object; ends: PipeEnds | undefined }[] = []
  const line = new ProcessLine(streamOver(ours), exchangeOverSocket(ends))
  const gone = new Promise<void>(resolve => {
    line.about('node').hear((word, ends) => heard.push({ word, ends }), resolve)
  })
  return { line, heard, gone, stream: streamOver(theirs), exchange: exchangeOverSocket(theirEnds) }
}

function streamOver(fd: number): Socket {
  return new Socket({ fd, readable: true, writable: true })
}

it('hands over both ends of a connection with the word that tells of them, in whatever pieces it comes', async () => {
  const { line: ours, heard, gone, stream, exchange } = line()
  const [mine, yours] = anonymousPipe().pair()
  const text = JSON.stringify({ of: 'node', word: { started: 'till' }, ends: exchange.give(yours) })
  stream.write(text.slice(0, 10))
  stream.end(`${text.slice(10)}\n`)
  await gone
  expect(heard.map(({ word }) => word)).toEqual([{ started: 'till' }])
  const [{ ends } = {}] = heard
  const received = new Promise(resolve => ends?.incoming?.stream().once('data', resolve))
  mine.outgoing?.stream().end('one coffee')
  expect(String(await received)).toBe('one coffee')
  mine.close()
  ends?.close()
  exchange.close()
  ours.close()
})

it.each([
  ['what is no word', 'one coffee\n'],
  ['ends that were not handed over', '{"of":"node","word":{},"ends":{"incoming":0}}\n'],
  ['a word that never ends', 'x'.repeat(100_000)],
])('a line ends with %s', async (_, said) => {
  const { heard, gone, stream, exchange } = line()
  stream.on('error', () => {}) // nobody reads the rest
  stream.write(said)
  await gone
  expect(heard).toEqual([])
  stream.destroy()
  exchange.close()
})

it('fewer ends than were told of are refused, and closed', async () => {
  const { heard, gone, stream, exchange } = line()
  const [mine, yours] = anonymousPipe().pair()
  yours.outgoing?.close()
  exchange.give({ incoming: yours.incoming, outgoing: undefined } as PipeEnds)
  stream.write('{"of":"node","word":{},"ends":{"incoming":0,"outgoing":0}}\n')
  await gone
  expect(heard).toEqual([])
  const broken = new Promise(resolve => mine.outgoing?.stream().on('error', resolve).write('one coffee'))
  expect(await broken).toMatchObject({ code: 'EPIPE' })
  mine.close()
  stream.destroy()
  exchange.close()
})
