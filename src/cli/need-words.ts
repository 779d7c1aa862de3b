import type { Requirements } from '../core/routing/index.js'

/** What a person can say that a message needs. */
const words: Readonly<Record<string, Requirements>> = {
  'best-effort': { delivery: 'best-effort' },
  'at-least-once': { delivery: 'at-least-once' },
  'exactly-once': { delivery: 'exactly-once-in-session' },
  ordered: { ordered: true },
  unordered: { ordered: false },
  group: { group: true },
  identity: { identity: true },
  encryption: { encryption: true },
}

/** All words that {@link needOf} knows. */
export const needWords: readonly string[] = Object.keys(words)

/** The need that several words come to, the last one counting where two contradict each other. @throws Error for an unknown word */
export function needOf(said: readonly string[]): Requirements {
  const meanings = said.map(word => {
    const meaning = words[word.trim()]
    if (meaning === undefined) throw new Error(`'${word}' is no need; there are ${needWords.join(', ')}.`)
    return meaning
  })
  return Object.assign({}, ...meanings)
}
