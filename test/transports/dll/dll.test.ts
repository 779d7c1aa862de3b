import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/core/contracts/index.js'
import { createTestContext } from '../../../src/testing/test-context.js'
import { dll, SharedDll } from '../../../src/transports/dll/index.js'

const transport = dll()
const context = createTestContext('')
const code = (expected: string) => expect.objectContaining({ code: expected })

describe('dll, on every platform', () => {
  it('[dll: shape] says what it needs, and throws nothing', async () => {
    const availability = await transport.availability()
    expect(availability.usable).toBe(process.platform === 'win32')
    if (!availability.usable) expect(availability.reason).toContain('needs Windows')
    expect(transport.shape).toBe('packet')
    expect(transport.describe(parseAddress('dll://./a/b'))).toMatchObject({
      rendezvous: 'ambient',
      auto: false,
    })
  })

  it.each([
    ['dll://server/orders/shop', 'this machine only'],
    ['dll://./orders', 'a name is missing'],
    ['dll://./orders/', 'a name is missing'],
    ['dll://.:7/orders/shop', 'no ports'],
    ['dll://./orders/shop?max=3', 'no options'],
    ['tcp://./orders/shop', 'not an address of dll'],
  ])('refuses %s', async (text, why) => {
    await expect(transport.open(parseAddress(text), context)).rejects.toEqual(code('ADDRESS_INVALID'))
    await expect(transport.open(parseAddress(text), context)).rejects.toThrow(why)
  })

  it('gives different nodes different slots, those of a namespace in one library, and return addresses there', () => {
    const address = (namespace: string, node: string) => transport.nodeAddress(namespace, node).href
    expect(address('shops', 'till')).toBe('dll://./shops/till')
    expect(address('a/b', 'c')).not.toBe(address('a', 'b/c'))
    expect(address('a~2f', 'c')).not.toBe(address('a/', 'c'))
    const to = parseAddress('dll://./orders/shop')
    expect(transport.returnAddress?.(to, 'mine').href).toBe('dll://./orders/mine')
  })

  it('refuses names of libraries that are no names of files', async () => {
    for (const name of ['', '.hidden', 'a/b', 'a\\b', 'Upper', 'x'.repeat(101)]) {
      const expected = process.platform === 'win32' ? 'ADDRESS_INVALID' : 'TRANSPORT_UNAVAILABLE'
      await expect(SharedDll.open(name, 64)).rejects.toEqual(code(expected))
    }
  })
})
