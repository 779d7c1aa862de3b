import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatActorPath, parseActorPath } from '../../../src/core/actors/actor-path.js'
import { holds } from '../../codecs/property.js'

const invalid = expect.objectContaining({ code: 'ADDRESS_INVALID' })

describe("an actor's path", () => {
  it('names a node and an actor; a bare name is an actor of this node', () => {
    expect(parseActorPath('signalbox://shop/cashier', 'till')).toEqual({
      node: 'shop',
      actor: 'cashier',
      path: 'signalbox://shop/cashier',
    })
    expect(parseActorPath('desk/one', 'till')).toEqual({
      node: 'till',
      actor: 'desk/one',
      path: 'signalbox://till/desk/one',
    })
  })

  it.each([
    'tcp://shop/cashier',
    'signalbox:///cashier',
    'signalbox://shop',
    'signalbox://shop:1/a',
    'signalbox://%zz/a',
  ])('%s is none', text => {
    expect(() => parseActorPath(text, 'till')).toThrow(invalid)
    expect(() => parseActorPath(text, 'till')).toThrow('signalbox://<node>/<actor>')
  })

  it.each(['', '.', '..', 'a/../b', 'a//b', '/a', 'a/', 'a\0b', '\ud800', 'x'.repeat(256)])(
    'has no actor %j',
    name => {
      expect(() => formatActorPath('shop', name)).toThrow(invalid)
      expect(() => parseActorPath(name, 'shop')).toThrow(invalid)
    },
  )

  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter(text => !/[\0/]/.test(text) && text !== '.' && text !== '..')
  const names = fc.tuple(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(text => !text.includes('\0')),
    fc.array(name, { minLength: 1, maxLength: 3 }).map(parts => parts.join('/')),
  )

  it('that was written is read as what was written', () => {
    holds(names, ([node, actor]) => {
      const path = formatActorPath(node, actor)
      expect(parseActorPath(path, 'till')).toEqual({ node, actor, path })
    })
  })
})
