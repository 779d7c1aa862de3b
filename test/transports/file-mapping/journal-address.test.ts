import { expect, it } from 'vitest'
import { parseAddress } from '../../../src/core/contracts/index.js'
import { journalPlaceOf } from '../../../src/transports/file-mapping/index.js'

const placeOf = (text: string) => journalPlaceOf(parseAddress(text))

it('an address of a journal names its file, and who reads', () => {
  expect(placeOf('file-mapping://./logs/orders.journal?journal')).toEqual({ path: 'logs/orders.journal' })
  expect(placeOf('file-mapping://./orders.journal?journal&consumer=billing')).toEqual({
    path: 'orders.journal',
    consumer: 'billing',
  })
  expect(placeOf('file-mapping://.//var/log/orders.journal?journal')?.path).toBe('/var/log/orders.journal')
  expect(placeOf('file-mapping://./C:/logs/orders.journal?journal')?.path).toBe('C:/logs/orders.journal')
})

it('an address without the parameter journal names none', () => {
  expect(placeOf('file-mapping://./orders')).toBeUndefined()
  expect(placeOf('tcp://127.0.0.1:7000/?journal')).toBeUndefined()
})

it.each([
  ['file-mapping://server/orders.journal?journal', 'of this machine'],
  ['file-mapping://./?journal', 'the path'],
  ['file-mapping://./orders.journal?journal=yes', 'journal takes no value'],
  ['file-mapping://./orders.journal?journal&consumer=', 'consumer takes a name'],
  [
    'file-mapping://./orders.journal?journal&overflow=block',
    'no parameter overflow, but journal and consumer',
  ],
])('%s is refused', (text, why) => {
  expect(() => placeOf(text)).toThrow(
    expect.objectContaining({ code: 'ADDRESS_INVALID', message: expect.stringContaining(why) }),
  )
})
