import type { Script, Step } from './script.js'

/**
 * Leaves steps out of a failing script, many at a time at first, as long as it still fails.
 * @returns the shortest script found; every single step of it is needed
 */
export async function shrink(script: Script, fails: (script: Script) => Promise<boolean>): Promise<Script> {
  let steps: readonly Step[] = script.steps
  for (let size = steps.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < steps.length; ) {
      const fewer = [...steps.slice(0, at), ...steps.slice(at + size)]
      if (await fails({ ...script, steps: fewer })) steps = fewer
      else at += size
    }
  }
  return { ...script, steps }
}
