import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Release } from '../../../src/core/contracts/index.js'
import { BlockPool } from '../../../src/transports/segment/block-pool.js'
import { PAGE } from '../../../src/transports/segment/layout.js'
import { LentBlocks } from '../../../src/transports/segment/lent-blocks.js'
import { holds } from '../../codecs/property.js'
import { smallSizes, wayOf } from './way.js'

const largest = smallSizes.largest

interface Lent {
  readonly page: number
  readonly length: number
  readonly serial: number
}

function poolAndReader() {
  const way = wayOf(smallSizes)
  const pool = new BlockPool(way)
  let returns = 0
  const blocks = new LentBlocks(way, () => {
    returns++
  })
  const lend = (length: number): Lent | undefined => {
    const page = pool.reserve(length)
    return page < 0 ? undefined : { page, length, serial: pool.lend(page, length) }
  }
  return { way, pool, blocks, lend, returned: () => returns }
}

type Step =
  | { readonly does: 'lend'; readonly length: number }
  | { readonly does: 'give back'; readonly which: number }
  | { readonly does: 'keep'; readonly which: number }
  | { readonly does: 'release'; readonly which: number }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ does: fc.constant('lend' as const), length: fc.integer({ min: 1, max: largest }) }),
    fc.record({ does: fc.constant('lend' as const), length: fc.integer({ min: 1, max: 3 * PAGE }) }),
    fc.record({
      does: fc.constantFrom('give back' as const, 'keep' as const, 'release' as const),
      which: fc.nat(),
    }),
  ),
  { minLength: 1, maxLength: 200 },
)

describe('a pool of blocks', () => {
  it('never lends a page twice, in whatever order blocks are given back, kept and released', () => {
    holds(steps, script => {
      const { pool, blocks, lend } = poolAndReader()
      const lent: Lent[] = []
      const kept: { block: Lent; release: Release }[] = []
      for (const step of script) {
        if (step.does === 'lend') {
          const block = lend(step.length)
          if (block === undefined) continue
          blocks.check(block.page, block.length, block.serial)
          lent.push(block)
        } else if (step.does === 'release') {
          const [given] = kept.splice(step.which % Math.max(kept.length, 1), 1)
          given?.release()
          given?.release()
        } else {
          const [block] = lent.splice(step.which % Math.max(lent.length, 1), 1)
          if (block === undefined) continue
          const release =
            step.does === 'keep' ? blocks.keep(block.page, block.length, block.serial) : undefined
          if (release === undefined) blocks.giveBack(block.page, block.serial)
          else kept.push({ block, release })
        }
        const pages = [...lent, ...kept.map(({ block }) => block)].flatMap(pagesOf)
        expect(new Set(pages).size).toBe(pages.length)
        expect(blocks.kept).toBe(kept.length)
      }
      for (const { page, serial } of lent) blocks.giveBack(page, serial)
      expect(
        pool.reserve(largest),
        'whatever is kept, the largest frame finds its way',
      ).toBeGreaterThanOrEqual(0)
    })
  })

  it('has room again when everything was given back, in any order', () => {
    const { blocks, lend } = poolAndReader()
    const lent: Lent[] = []
    for (let block = lend(PAGE); block !== undefined; block = lend(PAGE)) lent.push(block)
    expect(lent).toHaveLength((smallSizes.keep + smallSizes.largest) / PAGE)
    for (const { page, serial } of lent.reverse()) blocks.giveBack(page, serial)
    expect([lend(largest), lend(largest), lend(1)].map(block => block?.page)).toEqual([0, 16, undefined])
  })

  it('goes on lending the same few pages while none is kept', () => {
    const { blocks, lend } = poolAndReader()
    const pages = Array.from({ length: 100 }, () => {
      const block = lend(3 * PAGE)
      if (block !== undefined) blocks.giveBack(block.page, block.serial)
      return block?.page
    })
    expect(new Set(pages)).toEqual(new Set([0]))
  })

  it('finds out a reader that gives back what it has not, and leaves one that gives back nothing alone', () => {
    const { way, lend, pool } = poolAndReader()
    const block = lend(PAGE)
    Atomics.store(way.returns, block?.page ?? -1, -((block?.serial ?? 0) + 1))
    expect(() => pool.reserve(PAGE)).toThrow(/gave back block -2 where 1 was lent/)
  })

  it.each([
    ['before the pool', { page: -1, length: PAGE, serial: 1 }],
    ['behind the pool', { page: 32, length: 1, serial: 1 }],
    ['over the end of the pool', { page: 31, length: PAGE + 1, serial: 1 }],
    ['of no bytes', { page: 0, length: 0, serial: 1 }],
    ['of fewer than no bytes', { page: 0, length: -PAGE, serial: 1 }],
    ['of more bytes than there are', { page: 0, length: 0x7fff_ffff, serial: 1 }],
    ['that was never lent', { page: 4, length: PAGE, serial: 1 }],
    ['with the number of another one', { page: 0, length: PAGE, serial: 7 }],
    ['with no number', { page: 4, length: PAGE, serial: 0 }],
  ])('finds out a writer that describes a block %s', (_, { page, length, serial }) => {
    const { blocks, lend } = poolAndReader()
    lend(PAGE)
    expect(() => blocks.check(page, length, serial)).toThrow(/rules of shared memory/)
  })

  it('finds out a writer that lends what is still kept', () => {
    const { way, blocks, lend } = poolAndReader()
    lend(PAGE)
    const kept = lend(4 * PAGE)
    expect(kept && blocks.keep(kept.page, kept.length, kept.serial)).toBeTypeOf('function')
    Atomics.store(way.returns, 2, 9)
    expect(() => blocks.check(2, PAGE, 9)).toThrow(/still kept/)
    blocks.check(0, PAGE, 1)
  })
})

function pagesOf({ page, length }: Lent): number[] {
  return Array.from({ length: Math.ceil(length / PAGE) }, (_, index) => page + index)
}
