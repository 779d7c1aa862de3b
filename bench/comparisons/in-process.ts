import type { Comparison, Entrant } from '../comparison.js'

/** What actors within one process do, beside what a program would use in their place. */
export function inProcess(): Comparison[] {
  const rivals = ['EventEmitter', 'rxjs Subject', 'nact', 'comedy', 'xstate', 'effect']
  const answering = ['bare promise', 'nact', 'comedy', 'effect']
  const common = { baseline: 'EventEmitter', rivals }
  const everybody = ['signalbox', ...rivals]
  return [
    {
      ...common,
      name: 'in-process-tell',
      title: 'A typed tell to an actor of the same process',
      unit: 'message',
      entrants: everybody.map(entrantFor('tell')),
      goals: [
        {
          entrant: 'signalbox',
          figure: 'rate',
          to: 'EventEmitter',
          best: 'high',
          atLeast: 0.3,
          stretch: 0.4,
        },
      ],
    },
    {
      ...common,
      name: 'in-process-ring',
      title: 'A ring of 100 actors of one process, round which 500 tokens go',
      unit: 'message',
      entrants: everybody.map(entrantFor('ring')),
      goals: [
        {
          entrant: 'signalbox',
          figure: 'rate',
          to: 'EventEmitter',
          best: 'high',
          atLeast: 0.8,
          stretch: 1.1,
        },
      ],
    },
    {
      name: 'in-process-ask',
      title: 'A typed question to an actor of the same process, one at a time',
      unit: 'question',
      baseline: 'bare promise',
      rivals: answering,
      entrants: ['signalbox', ...answering].map(entrantFor('ask')),
      goals: [
        {
          entrant: 'signalbox',
          figure: 'rate',
          to: 'bare promise',
          best: 'high',
          atLeast: 0.3,
          stretch: 0.35,
        },
      ],
    },
    {
      ...common,
      name: 'in-process-spawn',
      title: 'Actors that are started in one process, and stay',
      unit: 'actor',
      count: 20_000,
      warmUps: 3,
      entrants: everybody.map(entrantFor('spawn')),
      measures: [{ name: 'bytes', title: 'memory each', unit: 'B' }],
      goals: [
        // A rate of 1 / 1.5 is a time of 1.5 times the baseline's.
        {
          entrant: 'signalbox',
          figure: 'rate',
          to: 'EventEmitter',
          best: 'high',
          atLeast: 1 / 1.5,
          stretch: 1,
        },
        { entrant: 'signalbox', figure: 'bytes', best: 'low', atLeast: 400, stretch: 224 },
      ],
    },
  ]
}

/** The process in which actors of one kind do `work`. */
function entrantFor(work: string): (name: string) => Entrant {
  return name => ({
    name,
    program: 'in-process/main.js',
    args: [work, name],
    execArgv: work === 'spawn' ? ['--expose-gc'] : [],
  })
}
