/** What msgpack round-trips, in one sentence for people. */
export const domain =
  'null, undefined, booleans, numbers, bigints of 64 bits, well-formed strings, dates, binary (it arrives as Uint8Array), ' +
  'and, nested without cycles, arrays without holes, maps, sets and plain objects by their own enumerable string keys ' +
  '(none of them "__proto__" or beginning with U+FEFF)'
