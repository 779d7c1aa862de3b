import fc from 'fast-check'

/** Keys that have led decoders astray, among ordinary ones. */
const keys = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      'id',
      'total',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      '__keys__',
      '0',
      '',
    ),
  )
  .filter(key => key !== '__proto__' && !key.startsWith('\uFEFF'))

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'binary-ascii', maxLength: 300 }),
  fc.string({ maxLength: 80 }).map(tail => `\uFEFF${tail}`),
)

const jsonLeaf = fc.oneof(
  fc.constantFrom(null, true, false, 0, -0),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  text,
)

const msgpackLeaf = fc.oneof(
  jsonLeaf,
  fc.constantFrom(undefined, Number.NaN, Infinity, -Infinity),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
  fc.uint8Array({ maxLength: 300 }),
  fc.date({ noInvalidDate: true }), // node's own comparison takes an invalid one for different from itself,
)

const v8Leaf = fc.oneof(
  msgpackLeaf,
  fc.bigInt(),
  fc.float64Array({ maxLength: 20 }),
  fc.constantFrom(/a+/gi, '\ud800'),
)

function nested(leaf: fc.Arbitrary<unknown>, collections: boolean): fc.Arbitrary<unknown> {
  return fc.letrec(tie => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      leaf,
      fc.array(tie('value'), { maxLength: 20 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 20, noNullPrototype: true }),
      fc.record({ id: leaf, total: tie('value') }, { noNullPrototype: true }), // the shape that tests declare
      ...(collections
        ? [
            fc.array(tie('value'), { maxLength: 5 }).map(elements => new Set(elements)),
            fc.array(fc.tuple(leaf, tie('value')), { maxLength: 5 }).map(entries => new Map(entries)),
          ]
        : []),
    ),
  })).value
}

/** Values of the declared domain of each codec. */
export const domains = {
  json: nested(jsonLeaf, false),
  msgpack: nested(msgpackLeaf, true),
  v8: nested(v8Leaf, true),
}
