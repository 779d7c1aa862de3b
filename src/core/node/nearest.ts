import { closest, distance } from 'fastest-levenshtein'

/** The words `; did you mean …?` for a name that is not known, or nothing when no known one is near. */
export function nearest(name: string, known: readonly string[]): string {
  if (known.length === 0) return ''
  const candidate = closest(name, known)
  return distance(name, candidate) <= Math.max(2, name.length / 3) ? `; did you mean ${candidate}?` : ''
}
