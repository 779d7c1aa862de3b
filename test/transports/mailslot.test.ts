import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/core/contracts/index.js'
import { createTestContext } from '../../src/testing/test-context.js'
import { mailslot } from '../../src/transports/mailslot/index.js'
import { PollPace } from '../../src/transports/mailslot/poll-pace.js'

const transport = mailslot()
const context = createTestContext('')
const code = (expected: string) => expect.objectContaining({ code: expected })

describe('mailslot, on every platform', () => {
  it('says what it needs, and throws nothing', async () => {
    const availability = await transport.availability()
    expect(availability.usable).toBe(process.platform === 'win32')
    if (!availability.usable) expect(availability.reason).toContain('needs Windows')
  })

  it.each([
    ['mailslot:///orders', 'the host is missing'],
    ['mailslot://./', 'the name is missing'],
    ['mailslot://./a//b', 'between its slashes'],
    ['mailslot://.:7/orders', 'no ports'],
    ['mailslot://./orders?max=3', 'no options'],
    [`mailslot://./${'x'.repeat(240)}`, 'shorten it'],
    ['tcp://./orders', 'not an address of mailslot'],
  ])('refuses %s', async (text, why) => {
    await expect(transport.open(parseAddress(text), context)).rejects.toEqual(code('ADDRESS_INVALID'))
    await expect(transport.open(parseAddress(text), context)).rejects.toThrow(why)
  })

  it.each(['mailslot://*/orders', 'mailslot://GROUP/orders'])(
    '[mailslot: limits] %s is a group of machines: datagrams of 400 B, by explicit opt-in',
    async text => {
      const address = parseAddress(text)
      const toGroup = { reach: 'network', group: 'broadcast', maxFrame: 400, delivery: 'lossy', auto: false }
      expect(transport.describe(address)).toMatchObject(toGroup)
      const withoutAsking = transport.open(address, context)
      await expect(withoutAsking).rejects.toEqual(code('ACCESS_DENIED'))
      await expect(withoutAsking).rejects.toThrow('allowRemote')
    },
  )

  it('[mailslot: limits] slots of this machine make no group', () => {
    const here = { reach: 'machine', group: 'none', maxFrame: 65_536, delivery: 'reliable' }
    expect(transport.describe(parseAddress('mailslot://./orders'))).toMatchObject(here)
  })

  it('gives different nodes different addresses, whatever their case', () => {
    const { href } = transport.nodeAddress('a', 'B.c')
    expect(href).toBe('mailslot://./a.~42~2ec')
    expect(transport.nodeAddress('a', 'b.c').href).not.toBe(href)
    expect(transport.nodeAddress('a.b', 'c').href).not.toBe(transport.nodeAddress('a', 'b.c').href)
  })

  it('looks for foreign messages soon after it found one, and ever more seldom while there is none', () => {
    const pace = new PollPace(5)
    const pauses = [true, false, false, false, true].map(found => {
      pace.looked(found)
      return pace.pause
    })
    expect(pauses).toEqual([1, 2, 4, 5, 1])
    expect(new PollPace(Number.POSITIVE_INFINITY).pause).toBe(Number.POSITIVE_INFINITY)
  })
})
