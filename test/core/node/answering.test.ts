import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { msgpack } from '../../../src/codecs/msgpack.js'
import { request, SignalboxError } from '../../../src/core/contracts/index.js'
import { Answering } from '../../../src/core/node/answering.js'
import { ContractTable } from '../../../src/core/node/contract-table.js'
import type { Recipient } from '../../../src/core/node/recipient.js'
import type { Reply } from '../../../src/core/node/reply.js'
import { SpokenContracts } from '../../../src/core/node/spoken-contracts.js'

const Echo = request('echo', { input: z.string(), output: z.string() })

/** The questions of a peer, and the replies that a recipient owes. */
function answering() {
  const contract = new ContractTable().register(Echo)
  const owed: Reply[] = []
  const recipient: Recipient = { tell() {}, ask: (_contract, _value, reply) => void owed.push(reply) }
  const questions = new Answering('till', new SpokenContracts(msgpack()), () => undefined)
  const deliver = (question: number) => questions.deliver(recipient, contract, 'text', question)
  return { questions, owed, deliver }
}

const givenUp = expect.objectContaining({ code: 'ABORTED' })

describe('a question of a peer that is given up', () => {
  it('while it is answered tells the handler, whenever it looks', () => {
    const { questions, owed, deliver } = answering()
    deliver(1)
    deliver(2)
    const looked = owed[0]?.signal
    questions.abandoned(1)
    questions.abandoned(2)
    expect([looked, owed[1]?.signal].map(signal => [signal?.aborted, signal?.reason])).toEqual([
      [true, givenUp],
      [true, givenUp],
    ])
  })

  it('before it arrives is refused: nobody begins what nobody waits for', () => {
    const { questions, owed, deliver } = answering()
    questions.abandoned(1)
    expect(() => deliver(1)).toThrow(givenUp)
    deliver(2)
    expect(owed).toHaveLength(1)
  })

  it('[I12] is forgotten when a peer gives up more than it asks', () => {
    const { questions, deliver } = answering()
    for (let question = 1; question <= 10_000; question++) questions.abandoned(question)
    deliver(1)
    expect(() => deliver(10_000)).toThrow(givenUp)
  })

  it('by the end of the session tells the handler, too', () => {
    const { questions, owed, deliver } = answering()
    deliver(1)
    questions.ended(new SignalboxError('PEER_LOST', 'it died'))
    expect(owed[0]?.signal.aborted).toBe(true)
  })
})
