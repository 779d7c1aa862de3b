import type { Comparison, Entrant } from '../comparison.js'

const UP_TO_8 = [1, 2, 4, 8]
const READERS = [1, 4, 8]
const UP_TO_100_000 = [1, 10, 100, 1000, 10_000, 100_000]

/** What changes when there are more: each row has its own number of them, and the first has one. */
export function growth(platform: NodeJS.Platform): Comparison[] {
  const grown = { rivals: [], goals: [], rounds: 3 }
  const kept = [
    { name: 'start', title: 'start of each', unit: 'µs' },
    { name: 'bytes', title: 'memory each', unit: 'B' },
  ]
  // Under Wine a reader that starts slowly is refused by the ring, and a round would wait for it.
  const readers: Comparison = {
    ...grown,
    name: 'growth-readers',
    title: 'Frames of 64 B that one process has for 1, 4 and 8 others: written once, and once for each',
    unit: 'delivery',
    units: 'deliveries',
    baseline: 'net to 1',
    rivals: READERS.map(readers => `net to ${readers}`),
    entrants: [
      ...READERS.map(readers => entrant('readers', `broadcast-ring to ${readers}`, readers)),
      ...READERS.map(readers => entrant('copies', `net to ${readers}`, readers, 'net')),
    ],
  }
  return [
    {
      ...grown,
      name: 'growth-processes',
      title: 'One process that tells 1 to 8 others, typed, all at once',
      unit: 'message',
      baseline: 'net to 1',
      rivals: UP_TO_8.map(others => `net to ${others}`),
      entrants: ['named-pipe', 'net'].flatMap(peer =>
        UP_TO_8.map(others => entrant('processes', `${peer} to ${others}`, others, peer)),
      ),
    },
    ...(platform === 'win32' ? [] : [readers]),
    {
      ...grown,
      name: 'growth-actors',
      title: '1 to 100,000 actors of one process, told in turn',
      unit: 'message',
      baseline: '1',
      entrants: UP_TO_100_000.map(size => entrant('actors', String(size), size)),
      measures: kept,
    },
    {
      ...grown,
      name: 'growth-subscriptions',
      title: '1 to 100,000 subscribers of one topic, of one process',
      unit: 'delivery',
      units: 'deliveries',
      baseline: '1',
      entrants: UP_TO_100_000.map(size => entrant('subscriptions', String(size), size)),
      measures: kept,
    },
  ]
}

function entrant(work: string, name: string, size: number, peer = ''): Entrant {
  const execArgv = peer === '' && work !== 'readers' ? ['--expose-gc'] : []
  return { name, program: 'growth/main.js', args: [work, String(size), peer], execArgv }
}
