import type { Comparison, Entrant, Goal } from '../comparison.js'

/** There `net` is a named pipe, and what shared memory is to be beside it is another thing. */
const onWindows = process.platform === 'win32'

/** What others offer for the same work. */
const rivals = ['net', 'net-packed', 'child_process json', 'child_process advanced', 'zeromq']

/** The transports that work here, by name. */
export interface Mechanisms {
  /** Each of them, wherever its other end is. */
  readonly all: readonly string[]
  /** Those that reach another process, and are taken by nodes that nobody told to. */
  readonly unasked: readonly string[]
}

/** What two processes do together, by Signalbox over each of `unasked` and by its rivals; what tells mechanisms apart, over `all`. */
export function betweenProcesses({ all, unasked: transports }: Mechanisms): Comparison[] {
  const everybody = [...transports, ...rivals]
  const everyMechanism = [...all, ...rivals]
  const askers = everybody.flatMap(withParked)
  const common = { baseline: 'net', rivals, unit: 'message' }
  const asked = { baseline: 'net', rivals, unit: 'question' }
  const leftToScheduler = { ...asked, starts: 3, rounds: 2 }
  /** Linux alone tells what a process does, and gives it a core. */
  const seenOnLinux: Comparison[] = [
    {
      ...asked,
      name: 'ask-1-apart',
      title: 'A typed question, one at a time, with each process on a core of its own',
      entrants: [...askers.map(entrantFor('ask-1-apart')), spinning],
      rivals: [...rivals, 'C spinning'],
      goals: quickAnswers,
    },
    {
      ...common,
      name: 'idle',
      unit: 'second',
      title: 'Two processes that have met, and say nothing but their heartbeat',
      entrants: [...transports, 'net'].map(entrantFor('idle')),
      count: 10,
      rounds: 1,
      rated: false,
      measures: [
        { name: 'ticks', title: 'CPU ticks', unit: '' },
        { name: 'cpu', title: 'CPU', unit: 'ms' },
        { name: 'wakeUps', title: 'wake-ups', unit: '' },
        { name: 'beats', title: 'by the heartbeat', unit: '' },
        { name: 'unexplained', title: 'others', unit: '' },
      ],
      goals: transports.flatMap(entrant => [
        { entrant, figure: 'ticks', best: 'low', atLeast: 0 },
        // A thread that waits for a page or a lock counts as woken up, too.
        { entrant, figure: 'unexplained', best: 'low', atLeast: 1, stretch: 0 },
      ]),
    },
  ]
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
      entrants: everyMechanism.map(entrantFor('frames-64')),
      goals: onWindows
        ? [atLeast('shared-memory', 'net', 3)]
        : [atLeast('shared-memory', 'net', 8, 20), atLeast('named-pipe', 'net', 5, 9)],
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
      entrants: everyMechanism.map(entrantFor('frames-64k')),
      goals: [onWindows ? atLeast('shared-memory', 'net', 5) : atLeast('shared-memory', 'net', 8, 12)],
    },
    {
      ...common,
      name: 'frames-1m',
      title: 'Frames of 1 MiB through a link, lent to the handler',
      entrants: everybody.map(entrantFor('frames-1m')),
      goals: [atLeast('shared-memory', 'net', 8, 9)],
    },
    {
      ...leftToScheduler,
      name: 'ask-1',
      title: 'A typed question of 10 fields, answered with as many, one at a time',
      entrants: everyMechanism.flatMap(withParked).map(entrantFor('ask-1')),
      goals: noWorseAnswers,
    },
    {
      ...leftToScheduler,
      name: 'ask-1-hogs',
      title: 'A typed question, one at a time, with two processes beside that take all the CPU they get',
      entrants: askers.map(entrantFor('ask-1')),
      hogs: 2,
      goals: [
        { entrant: 'shared-memory', figure: 'p50', to: 'net', best: 'low', atLeast: 1.1, stretch: 0.5 },
      ],
    },
    {
      ...asked,
      name: 'ask-64',
      title: 'A typed question, 64 at a time',
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
        { name: 'growth', title: 'more in a round', unit: 'MiB' },
      ],
      goals: transports.flatMap(entrant => [
        { entrant, figure: 'loopDelay', best: 'low', atLeast: 10 },
        // What comes in a round is several times as much: memory that holds it back would show.
        { entrant, figure: 'growth', best: 'low', atLeast: 8 },
      ]),
    },
    ...(process.platform === 'linux' ? seenOnLinux : []),
  ]
}

/** For a question at a time, wherever the scheduler puts the two: nobody is to regret that he left sockets. */
const noWorseAnswers: readonly Goal[] = [
  { entrant: 'shared-memory', figure: 'p50', to: 'net', best: 'low', atLeast: 1.1, stretch: 0.1 },
  { entrant: 'shared-memory', figure: 'p99', to: 'net', best: 'low', atLeast: 1.1 },
  { entrant: 'shared-memory', figure: 'cpu', to: 'net', best: 'low', atLeast: 2, stretch: 1 },
  atLeast('shared-memory', 'net', 1, 5),
]

/** For a question at a time, where the processor has room for who asks and who answers. */
const quickAnswers: readonly Goal[] = [
  { entrant: 'shared-memory', figure: 'p50', to: 'net', best: 'low', atLeast: 0.1, stretch: 0.05 },
  { entrant: 'shared-memory', figure: 'p50', to: 'C spinning', best: 'low', atLeast: 12, stretch: 6 },
  { entrant: 'shared-memory parked', figure: 'p50', to: 'net', best: 'low', atLeast: 1.1, stretch: 0.95 },
]

/** What the machine itself takes to carry 64 B there and back between two processes that never sleep. */
const spinning: Entrant = { name: 'C spinning', program: 'c-spinning/main.js', args: [] }

/** Shared memory asks twice: as it comes, and without spinning. */
function withParked(name: string): string[] {
  return name === 'shared-memory' ? [name, 'shared-memory parked'] : [name]
}

/** The pair of ends that does `work` by somebody's means. */
function entrantFor(work: string): (name: string) => Entrant {
  return name => ({ name, program: 'pair/near-main.js', args: [work, name] })
}

/** That a rate reaches a multiple of another one's. */
function atLeast(entrant: string, to: string, goal: number, stretch?: number): Goal {
  const bound = { entrant, figure: 'rate', to, best: 'high', atLeast: goal } as const
  return stretch === undefined ? bound : { ...bound, stretch }
}
