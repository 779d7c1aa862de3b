import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAddress, isSignalboxError, parseAddress } from '../../../src/core/contracts/index.js'
import { holds } from '../../codecs/property.js'

describe('an address', () => {
  it.each([
    ['named-pipe://./orders', { scheme: 'named-pipe', host: '.', port: undefined, path: 'orders' }],
    ['tcp://127.0.0.1:7000', { scheme: 'tcp', host: '127.0.0.1', port: 7000, path: '' }],
    ['tcp://[::1]:7000', { scheme: 'tcp', host: '[::1]', port: 7000, path: '' }],
    ['mailslot://*/orders', { scheme: 'mailslot', host: '*', port: undefined, path: 'orders' }],
    ['dde://./orders/prices', { scheme: 'dde', host: '.', port: undefined, path: 'orders/prices' }],
    ['named-pipe://./a%20b%2525', { scheme: 'named-pipe', host: '.', port: undefined, path: 'a b%25' }],
    ['memory:///x', { scheme: 'memory', host: '', port: undefined, path: 'x' }],
  ])('%s is read', (text, parts) => {
    expect(parseAddress(text)).toMatchObject(parts)
    expect(Object.isFrozen(parseAddress(text))).toBe(true)
  })

  it('has options', () => {
    expect(parseAddress('tcp://h:1?a=1&b=x%20y').options).toEqual({ a: '1', b: 'x y' })
  })

  it.each([
    ['orders', 'it is not a URL'],
    ['', 'it is not a URL'],
    ['tcp:7000', 'it must look like <transport>://<host>/<name>'],
    ['a+b://./x', 'it must look like <transport>://<host>/<name>'],
    ['tcp://me:secret@h:1', 'put them into the configuration'],
    ['tcp://h:99999', 'it is not a URL'],
    ['named-pipe://./%zz', 'its path is not valid percent-encoding'],
    ['named-pipe://./a%00b', 'a name cannot contain a NUL character'],
  ])('%j is refused, and told why', (text, why) => {
    const refused = () => parseAddress(text)
    expect(refused).toThrow(expect.objectContaining({ code: 'ADDRESS_INVALID' }))
    expect(refused).toThrow(JSON.stringify(text))
    expect(refused).toThrow(why)
  })

  const segment = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter(name => !name.includes('/') && !name.includes('\0') && name !== '.' && name !== '..')
  const parts = fc.record({
    scheme: fc
      .stringMatching(/^[a-z][a-z0-9-]{0,10}$/)
      .filter(scheme => !/^(https?|wss?|ftp|file)$/.test(scheme)),
    host: fc.oneof(fc.constantFrom('.', '*', '[::1]'), fc.stringMatching(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)),
    port: fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined }),
    path: fc.array(segment, { minLength: 1, maxLength: 3 }).map(segments => segments.join('/')),
  })

  it('that was written is read as what was written', () => {
    holds(parts, ({ scheme, host, port, path }) => {
      const address = formatAddress({ scheme, host, path, ...(port === undefined ? {} : { port }) })
      expect({ ...address }).toMatchObject({ scheme, host, port, path })
      expect(parseAddress(address.href)).toEqual(address)
    })
  })

  const texts = fc.oneof(
    fc.string(),
    fc.webUrl(),
    parts.map(({ scheme, path }) => `${scheme}://${path}`),
  )

  it('is read or refused, whatever the text is', () => {
    holds(texts, text => {
      try {
        const address = parseAddress(text)
        expect(parseAddress(address.href)).toEqual(address)
      } catch (error) {
        if (!isSignalboxError(error, 'ADDRESS_INVALID')) throw error
      }
    })
  })
})
