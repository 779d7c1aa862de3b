import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { json } from '../../../src/codecs/json.js'
import { msgpack } from '../../../src/codecs/msgpack.js'
import { request } from '../../../src/core/contracts/index.js'
import { ByteReader } from '../../../src/core/link/index.js'
import { readAnswerHead } from '../../../src/core/node/answer-message.js'
import { ContractTable } from '../../../src/core/node/contract-table.js'
import { decodeHead, encodeHead } from '../../../src/core/node/envelope.js'
import { SpokenContract } from '../../../src/core/node/spoken-contracts.js'

const Echo = request('echo', { input: z.string(), output: z.string() })
/** Of one byte, of two, and of more than fit 31 bits. */
const numbers = [1, 127, 128, 2 ** 40]

describe.each([msgpack(), json()])('over $name, a contract that the peer knows', codec => {
  const contract = new ContractTable().register(Echo)
  const spoken = new SpokenContract(contract, codec)
  spoken.learned()
  const decoder = codec.decoder(contract.structures.input, { depth: 4, length: 100, count: 10 })

  it.each(numbers)(
    'asks question %d with the head that every question has, whether in place or not',
    question => {
      const head = encodeHead(contract, { known: true, question })
      const value = codec
        .encoder(contract.structures.input, { depth: 4, length: 100, count: 10 })
        .encode('text')
      const expected = [...head, ...value]
      const questions = spoken.known?.questions
      expect([...(questions?.encode({ question, value: 'text' }) ?? [])]).toEqual(expected)
      const room = new Uint8Array(200).fill(0xee)
      const end = questions?.encodeInto({ question, value: 'text' }, room, 3, 200)
      if (end !== undefined) expect([...room.subarray(3, end)]).toEqual(expected)
      expect(decodeHead(new ByteReader(Uint8Array.from(expected)))).toMatchObject({ question, contract: 0 })
    },
  )

  it.each(numbers)(
    'answers question %d so that the asker reads its number, its contract and the value',
    question => {
      const input = new ByteReader(spoken.answers.encode({ question, value: 'text' }).slice())
      expect(readAnswerHead(input)).toEqual({ question, contract: 0 })
      expect(input.value(decoder)).toBe('text')
    },
  )

  it('is not written where not even the head has room', () => {
    const room = new Uint8Array(4).fill(0xee)
    expect(spoken.answers.encodeInto({ question: 2 ** 40, value: 'text' }, room, 1, 4)).toBeUndefined()
    expect([...room]).toEqual([0xee, 0xee, 0xee, 0xee])
  })
})
