import { afterAll } from 'vitest'

/** Has something done when it is over: the running test, or a whole suite. vitest's `onTestFinished` is one. */
export type Finally = (end: () => void | Promise<void>) => void

/** For what all tests of a suite share: ends it when the suite does, the last first. */
export function onSuiteFinished(): Finally {
  const ends: (() => void | Promise<void>)[] = []
  afterAll(async () => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end()
  })
  return end => void ends.push(end)
}
