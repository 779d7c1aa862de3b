import { closeSync, openSync } from 'node:fs'
import { map } from 'rxjs'
import { afterAll, expect, test } from 'vitest'
import {
  type CloseReason,
  type Connection,
  type ConnectionTransport,
  formatAddress,
  LentFrame,
  parseAddress,
  SignalboxError,
} from '../../src/core/contracts/index.js'
import { conformance, poisoned } from '../../src/testing/index.js'
import { memory } from '../../src/transports/memory/index.js'
import { tcp } from '../../src/transports/tcp/index.js'
import { type Distortion, distorted } from '../support/distorted.js'

let last = 0

/** Runs the one case whose name contains `caseName` against `transport`; gives what the suite says. */
async function verdict(transport: ConnectionTransport, caseName: string, patience = 10_000): Promise<string> {
  await using suite = conformance(
    {
      transport,
      source: { module: `signalbox/transports/${transport.name}`, factory: transport.name },
      address: () =>
        transport.name === 'tcp'
          ? parseAddress('tcp://127.0.0.1:0')
          : formatAddress({ scheme: transport.name, host: '.', path: `liar-${++last}` }),
    },
    { seed: 1, frames: 500, cycles: 40, patience },
  )
  const testCase = suite.cases.find(({ name }) => name.includes(caseName))
  if (testCase === undefined) throw new Error(`no case is called ${caseName}`)
  if (testCase.exclusion !== undefined) return `it is left out: ${testCase.exclusion.because}`
  return testCase.run().then(
    () => 'it conforms',
    (error: Error) => error.message,
  )
}

/** Each connection sends what `change` makes of its frames: none, one, or several. */
const sending = (change: (frame: Uint8Array, index: number) => readonly Uint8Array[]): Distortion => ({
  connection: honest => {
    let index = 0
    return {
      send: frame => {
        const parts = change(frame.slice(), index++)
        return parts.map(part => honest.send(part)).includes('full') ? 'full' : 'sent'
      },
    }
  },
})

const inHalves = sending(frame => (frame.length < 2 ? [frame] : [frame.subarray(0, 1), frame.subarray(1)]))
const losingSome = sending((frame, index) => (index % 50 === 7 ? [] : [frame]))
const flippingBits = sending((frame, index) => (index % 50 === 7 ? [frame.map(byte => byte ^ 1)] : [frame]))

const repeatingSome = sending((frame, index) => (index % 50 === 7 ? [frame, frame] : [frame]))

let overtaken: Uint8Array | undefined
const overtaking = sending(frame => {
  const first = overtaken
  overtaken = first === undefined ? frame : undefined
  return first === undefined ? [] : [frame, first]
})

const elsewhere = () => formatAddress({ scheme: 'memory', host: '.', path: `elsewhere-${++last}` })

const sharingNames: Distortion = {
  listen: (address, ...rest) =>
    memory()
      .listen(address, ...rest)
      .catch(() => memory().listen(elsewhere(), ...rest)),
}

const connectingToNobody: Distortion = {
  connect: async (_, ...rest) => {
    const listener = await memory().listen(elsewhere(), ...rest)
    listener.connections$.subscribe()
    return memory().connect(listener.address, ...rest)
  },
}

const deafToSignals: Distortion = {
  connect: (address, context) => memory().connect(address, context),
  listen: (address, context) => memory().listen(address, context),
}

const bottomless: Distortion = {
  connection: honest => {
    const waiting: Uint8Array[] = []
    honest.writable$.subscribe(() => {
      while (waiting[0] !== undefined && honest.send(waiting[0]) === 'sent') waiting.shift()
    })
    return {
      send: frame => {
        if (waiting.length > 0 || honest.send(frame) === 'full') waiting.push(frame.slice())
        return 'sent'
      },
    }
  },
}

const keepingReferences: Distortion = {
  connection: honest => ({
    send: frame => {
      setImmediate(() => honest.send(frame))
      return 'sent'
    },
  }),
}

const spoilingWhatWasRetained: Distortion = {
  connection: honest => ({
    receive: sink =>
      honest.receive(frame => {
        const { bytes } = frame
        sink(LentFrame.of(bytes, true))
        setImmediate(() => bytes.fill(0))
      }),
  }),
}

const refusing: Distortion = {
  connection: honest => ({
    send: frame => {
      if (frame.length > 1024) throw new SignalboxError('FRAME_TOO_LARGE', 'over 1024 B')
      return honest.send(frame)
    },
  }),
}

const dropsWhatWasSent: Distortion = {
  connection: honest => ({
    close: async () => {
      honest.abort()
      await honest.closed
    },
  }),
}

const throwingAfterClose: Distortion = {
  connection: honest => {
    let closed = false
    return {
      close: () => {
        closed = true
        return honest.close()
      },
      send: frame => {
        if (closed) throw new SignalboxError('CLOSED', 'too late')
        return honest.send(frame)
      },
    }
  },
}

const deafToPause: Distortion = { connection: () => ({ pause: () => {} }) }
const takingTheBlame: Distortion = {
  connection: honest => ({ closed: honest.closed.then(() => ({ by: 'us' })) }),
}

/** Ends only when told to: nothing that its peer does reaches it. */
const deafToDeath: Distortion = {
  connection: honest => {
    let end: (reason: CloseReason) => void = () => {}
    return {
      closed: new Promise<CloseReason>(resolve => {
        end = resolve
      }),
      abort: () => {
        honest.abort()
        end({ by: 'us' })
      },
    }
  },
}

/** The side that listens can only hear. */
const hearingOnly: Distortion = {
  listen: async (...args) => {
    const listener = await memory().listen(...args)
    const mute = (connection: Connection): Connection =>
      poisoned({ ...poisoned(connection), send: () => 'full' })
    return { ...listener, close: () => listener.close(), connections$: listener.connections$.pipe(map(mute)) }
  },
}

const leaked: number[] = []
const leaking: Distortion = {
  connect: (...args) => {
    leaked.push(openSync(process.execPath, 'r'))
    return tcp().connect(...args)
  },
}
afterAll(() => leaked.forEach(closeSync))

interface Lie {
  readonly lie: string
  readonly of?: () => ConnectionTransport
  readonly by: Distortion
  /** Part of the name of the case that has to find it out. */
  readonly foundBy: string
  readonly as: RegExp
}

const lies: readonly Lie[] = [
  {
    lie: 'a stream that claims boundaries',
    of: tcp,
    by: { claims: { boundaries: 'message' } },
    foundBy: 'frames arrive one by one',
    as: /has \d+ B, and \d+ B were sent/,
  },
  {
    lie: 'frames that arrive in halves',
    by: inHalves,
    foundBy: 'frames arrive one by one',
    as: /has \d+ B, and \d+ B were sent/,
  },
  { lie: 'loss that claims delivery', by: losingSome, foundBy: 'many frames', as: /frame 7/ },
  { lie: 'frames that overtake each other', by: overtaking, foundBy: 'many frames', as: /frame 0/ },
  { lie: 'altered bytes', by: flippingBits, foundBy: 'many frames', as: /frame 7 of 500, byte 0: 0x/ },
  {
    lie: 'a limit that is not kept',
    by: { claims: { maxFrame: 1024 } },
    foundBy: 'one byte too large',
    as: /has to fail with FRAME_TOO_LARGE, and gave no SignalboxError/,
  },
  {
    lie: 'a limit that the connection does not confirm',
    by: { claims: { maxFrame: 1024 } },
    foundBy: 'the largest frame',
    as: /limits.maxFrame/,
  },
  { lie: 'a limit that nobody was told of', by: refusing, foundBy: 'the largest frame', as: /over 1024 B/ },
  {
    lie: 'shared names that are claimed to be exclusive',
    by: sharingNames,
    foundBy: 'on a name is refused',
    as: /has to fail with ADDRESS_IN_USE, and gave no/,
  },
  {
    lie: 'exclusive names that are claimed to be shared',
    by: { claims: { names: 'shared' } },
    foundBy: 'two listeners share',
    as: /memory:/,
  },
  {
    lie: 'flow control of which the sender feels nothing',
    by: bottomless,
    foundBy: 'a reader that stops',
    as: /although nobody reads/,
  },
  {
    lie: 'an identity that nobody vouches for',
    of: tcp,
    by: { claims: { identity: 'kernel' } },
    foundBy: 'each end knows of the other',
    as: /'none'/,
  },
  {
    lie: 'less identity than there is',
    by: { claims: { identity: 'none' } },
    foundBy: 'each end knows of the other',
    as: /'none'/,
  },
  {
    lie: 'connecting that proves nothing',
    by: connectingToNobody,
    foundBy: 'where nobody listens fails',
    as: /has to fail with NO_LISTENER, and gave no/,
  },
  {
    lie: 'signals that change nothing',
    by: deafToSignals,
    foundBy: 'connecting with a signal',
    as: /has to fail with ABORTED, and gave no/,
  },
  {
    lie: 'bytes that are read after send',
    by: keepingReferences,
    foundBy: 'belongs to its sender',
    as: /byte \d+: 0x\w+ arrived/,
  },
  {
    lie: 'retained bytes that change',
    by: spoilingWhatWasRetained,
    foundBy: 'what was retained',
    as: /have changed/,
  },
  { lie: 'frames in spite of pause', by: deafToPause, foundBy: 'a sink may pause', as: /was paused/ },
  {
    lie: 'a close that drops',
    by: dropsWhatWasSent,
    foundBy: 'close lets everything',
    as: /only \d+ of 500/,
  },
  { lie: 'a send that throws after close', by: throwingAfterClose, foundBy: 'after close', as: /too late/ },
  {
    lie: 'a close that says who did not close',
    by: takingTheBlame,
    foundBy: 'a peer that aborts',
    as: /'us'/,
  },
  {
    lie: 'persistence with nobody to persist for',
    by: { claims: { persistent: true } },
    foundBy: 'does not contradict itself',
    as: /persistent/,
  },
  {
    lie: 'a reach that is hidden',
    of: tcp,
    by: { claims: { reach: 'process' } },
    foundBy: 'another process that connects',
    as: /claims reach: process, and .* shows reach: session/,
  },
  {
    lie: 'a way back that is hidden',
    by: { claims: { direction: 'simplex' } },
    foundBy: 'a send from the side that listens',
    as: /claims direction: simplex, and .* shows direction: duplex/,
  },
  {
    lie: 'a way back that is not there',
    by: hearingOnly,
    foundBy: 'a send from the side that listens',
    as: /claims direction: duplex, and .* shows direction: simplex/,
  },
  {
    lie: 'names that are said to be shared',
    by: { claims: { names: 'shared' } },
    foundBy: 'names is what',
    as: /claims names: shared, and .* shows names: exclusive/,
  },
  {
    lie: 'names that are shared in secret',
    by: sharingNames,
    foundBy: 'names is what',
    as: /claims names: exclusive, and .* shows names: shared/,
  },
  {
    lie: 'a connect that proves more than it says',
    by: { claims: { connectProves: 'nothing' } },
    foundBy: 'connectProves is what',
    as: /claims connectProves: nothing, and .* shows connectProves: listener/,
  },
  {
    lie: 'a connect that proves less than it says',
    by: connectingToNobody,
    foundBy: 'connectProves is what',
    as: /claims connectProves: listener, and .* shows connectProves: nothing/,
  },
  {
    lie: 'boundaries that are said to get lost',
    by: { claims: { boundaries: 'stream' } },
    foundBy: 'boundaries is what',
    as: /claims boundaries: stream, and .* shows boundaries: message/,
  },
  {
    lie: 'boundaries that get lost in secret',
    of: tcp,
    by: { claims: { boundaries: 'message' } },
    foundBy: 'boundaries is what',
    as: /claims boundaries: message, and .* shows boundaries: stream/,
  },
  {
    lie: 'flow control that is denied',
    by: { claims: { flowControl: 'none' } },
    foundBy: 'flowControl is what',
    as: /claims flowControl: none, and .* shows flowControl: track/,
  },
  {
    lie: 'flow control that is not there',
    by: bottomless,
    foundBy: 'flowControl is what',
    as: /claims flowControl: track, and .* shows flowControl: none/,
  },
  {
    lie: 'loss in secret',
    by: losingSome,
    foundBy: 'delivery is what',
    as: /claims delivery: reliable, and .* shows delivery: lossy/,
  },
  {
    lie: 'frames that come twice',
    by: repeatingSome,
    foundBy: 'delivery is what',
    as: /10 frames arrived twice/,
  },
  {
    lie: 'order that is not kept',
    by: overtaking,
    foundBy: 'ordered is what',
    as: /claims ordered: true, and .* shows ordered: false/,
  },
  {
    lie: 'a death that is said to go unnoticed',
    of: tcp,
    by: { claims: { close: 'heartbeat' } },
    foundBy: 'the death of an idle peer',
    as: /claims close: heartbeat, and .* shows close: mechanism/,
  },
  {
    lie: 'a death that goes unnoticed',
    of: tcp,
    by: deafToDeath,
    foundBy: 'the death of an idle peer',
    as: /claims close: mechanism, and .* shows close: heartbeat/,
  },
  {
    lie: 'loss, through the link',
    by: losingSome,
    foundBy: 'a link carries messages of varied',
    as: /^only \d+ of 500 .* the peer broke the wire protocol/,
  },
  {
    lie: 'altered bytes, through the link',
    by: flippingBits,
    foundBy: 'a link carries messages of varied',
    as: /^only \d+ of 500 .* the peer broke the wire protocol/,
  },
  {
    lie: 'handles that stay, through the link',
    of: tcp,
    by: leaking,
    foundBy: 'many links opened and closed',
    as: /holds \d+ handles more/,
  },
  {
    lie: 'handles that stay',
    of: tcp,
    by: leaking,
    foundBy: 'leave no handle',
    as: /holds \d+ handles more/,
  },
]

test.each(lies)('the suite finds out $lie', async ({ of = memory, by, foundBy, as }) => {
  expect(await verdict(distorted(of(), by), foundBy, 500)).toMatch(as)
})

test('what finds out lies finds nothing in the truth', async () => {
  for (const honest of [memory(), tcp()]) {
    const cases = lies.filter(({ of = memory }) => of().name === honest.name).map(({ foundBy }) => foundBy)
    for (const foundBy of new Set(cases)) {
      const said = await verdict(honest, foundBy)
      expect(said, `${honest.name}: ${foundBy}`).toMatch(/^it (conforms|is left out)/)
    }
  }
})
