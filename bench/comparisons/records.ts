import type { Comparison, Entrant } from '../comparison.js'

/** A journal beside what a program would do with a plain file. */
export function records(): Comparison[] {
  const common = { unit: 'record', goals: [], rounds: 3 }
  return [
    {
      ...common,
      name: 'journal-append',
      title: 'Records of 64 B that are appended to a file',
      baseline: 'appendFile',
      rivals: ['appendFile', 'writev'],
      entrants: ['journal', 'appendFile', 'writev'].map(entrantFor('append')),
    },
    {
      ...common,
      name: 'journal-read',
      title: 'Records of 64 B that are read from a file',
      baseline: 'read stream',
      rivals: ['read stream'],
      entrants: ['journal', 'read stream'].map(entrantFor('read')),
    },
  ]
}

function entrantFor(work: string): (name: string) => Entrant {
  return name => ({ name, program: 'records/main.js', args: [work, name] })
}
