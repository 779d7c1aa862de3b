import { expect, it } from 'vitest'
import { tallyTable } from '../tools/reporters/tally-table.js'

const cut = {
  name: 'linux > test/cuts.test.ts > [I6] is cut',
  seed: 7,
  counts: { cuts: 3, overtaken: 0, mostAtOnce: 2, heard: 10 },
  failed: false,
  milliseconds: 1499,
}
const killed = {
  name: 'wine > test/kills.test.ts > is killed',
  seed: 8,
  counts: { kills: 30 },
  failed: true,
  milliseconds: 60_000,
}

it('what tests of chance counted has a column where many count it, and stands below the name of a test where few do', () => {
  expect(tallyTable([cut, killed]).split('\n')).toEqual([
    '┌───────┬──────┬──────────────┬──────┬──────────┬──────────────────────────────────────────────┐',
    '│ kills │ cuts │ out of order │ seed │ duration │ test                                         │',
    '├───────┼──────┼──────────────┼──────┼──────────┼──────────────────────────────────────────────┤',
    '│       │    3 │            0 │    7 │      1 s │ linux > test/cuts.test.ts > is cut           │',
    '│       │      │              │      │          │ most at once 2 · heard 10                    │',
    '│    30 │      │              │    8 │     60 s │ FAILED wine > test/kills.test.ts > is killed │',
    '└───────┴──────┴──────────────┴──────┴──────────┴──────────────────────────────────────────────┘',
  ])
})
