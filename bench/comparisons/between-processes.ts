import type { Comparison, Entrant, Goal } from '../comparison.js'

/** What others offer for the same work. */
const rivals = ['net', 'net-packed', 'child_process json', 'child_process advanced', 'zeromq']

/** What two processes do together, by Signalbox over each of `transports` and by its rivals. */
export function betweenProcesses(transports: readonly string[]): Comparison[] {
  const everybody = [...transports, ...rivals]
  const common = { baseline: 'net', rivals, unit: 'message' }
  const asked = { baseline: 'net', rivals, unit: 'question' }
  return [
    {
      ...common,
      name: 'typed-tell',
      title: 'A typed tell of 10 fields to an actor of another process',
      entrants: everybody.map(entrantFor('typed-tell')),
      goals: [
        atLeast('shared-memory', 'net', 3, 4),
        atLeast('shared-memory', 'net-packed', 1.1, 1.4),
        atLeast('shared-memory', 'zeromq', 4.5, 6),
        { entrant: 'shared-memory', figure: 'cpu', to: 'zeromq', best: 'low', atLeast: 0.25, stretch: 0.15 },
        atLeast('named-pipe', 'net', 2.3, 2.7),
        atLeast('tcp', 'net', 2.3, 2.7),
      ],
    },
    {
      ...common,
      name: 'frames-64',
      title: 'Frames of 64 B through a link',
      entrants: everybody.map(entrantFor('frames-64')),
      goals: [atLeast('shared-memory', 'net', 8, 20), atLeast('named-pipe', 'net', 5, 9)],
    },
    {
      ...common,
      name: 'frames-1k',
      title: 'Frames of 1 KiB through a link',
      entrants: everybody.map(entrantFor('frames-1k')),
      goals: [],
    },
    {
      ...common,
      name: 'frames-64k',
      title: 'Frames of 64 KiB through a link, lent to the handler',
      entrants: everybody.map(entrantFor('frames-64k')),
      goals: [atLeast('shared-memory', 'net', 8, 12)],
    },
    {
      ...common,
      name: 'frames-1m',
      title: 'Frames of 1 MiB through a link, lent to the handler',
      entrants: everybody.map(entrantFor('frames-1m')),
      goals: [atLeast('shared-memory', 'net', 8, 9)],
    },
    {
      ...asked,
      name: 'ask-1',
      title: 'A typed question of 10 fields, answered with as many, one at a time',
      entrants: everybody.map(entrantFor('ask-1')),
      goals: [
        { entrant: 'shared-memory', figure: 'p50', to: 'net', best: 'low', atLeast: 0.1, stretch: 0.05 },
      ],
    },
    {
      ...asked,
      name: 'ask-1-hogs',
      title: 'The same, with two processes beside that take all the CPU they get',
      entrants: everybody.map(entrantFor('ask-1')),
      hogs: 2,
      goals: [
        { entrant: 'shared-memory', figure: 'p50', to: 'net', best: 'low', atLeast: 1.1, stretch: 0.5 },
      ],
    },
    {
      ...asked,
      name: 'ask-64',
      title: 'The same, 64 at a time',
      entrants: everybody.map(entrantFor('ask-64')),
      goals: [atLeast('shared-memory', 'net', 2.2, 2.7), atLeast('shared-memory', 'zeromq', 8, 12)],
    },
    {
      ...common,
      name: 'flood',
      title: 'A receiver that is flooded with typed tells',
      entrants: [...transports, 'net', 'net-packed'].map(entrantFor('flood')),
      measures: [
        { name: 'loopDelay', title: 'event loop late, p99', unit: 'ms' },
        { name: 'memory', title: 'memory, at most', unit: 'MiB' },
      ],
      goals: transports.map(entrant => ({ entrant, figure: 'loopDelay', best: 'low', atLeast: 10 })),
    },
    {
      ...common,
      name: 'idle',
      unit: 'second',
      title: 'Two processes that have met, and say nothing for ten seconds but their heartbeat',
      entrants: [...transports, 'net'].map(entrantFor('idle')),
      count: 10,
      rounds: 1,
      rated: false,
      measures: [
        { name: 'ticks', title: 'CPU ticks', unit: '' },
        { name: 'wakeUps', title: 'wake-ups', unit: '' },
      ],
      goals: transports.map(entrant => ({ entrant, figure: 'ticks', best: 'low', atLeast: 0 })),
    },
  ]
}

/** The pair of processes that does `work` by somebody's means. */
function entrantFor(work: string): (name: string) => Entrant {
  return name => ({ name, program: 'pair/near-main.js', args: [work, name] })
}

/** That a rate reaches a multiple of another one's. */
function atLeast(entrant: string, to: string, goal: number, stretch: number): Goal {
  return { entrant, figure: 'rate', to, best: 'high', atLeast: goal, stretch }
}
