import { distance } from 'fastest-levenshtein'

/** `; did you mean 'x'?` with the known name that is nearest to what was written, or nothing where none is near. */
export function didYouMean(written: string, known: readonly string[]): string {
  const name = nearest(written, known)
  return name === undefined ? '' : `; did you mean '${name}'?`
}

/** A third of the letters may be wrong, and two in short names. */
function nearest(written: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map(name => ({ name, edits: distance(written.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
  const best = ranked[0]
  if (best === undefined) return undefined
  return best.edits <= Math.max(2, Math.floor(written.length / 3)) ? best.name : undefined
}
