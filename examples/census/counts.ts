import { z } from 'zod'

/** What was counted in the files of one language: in a single file, in a worker's share, or in all. */
export const Counts = z.object({
  language: z.string(),
  files: z.int(),
  lines: z.int(),
  tokens: z.int(),
  bytes: z.int(),
})

export type Counts = z.infer<typeof Counts>

/** The sum of both, under the language of the first. */
export function sumOf(a: Counts, b: Counts): Counts {
  return {
    language: a.language,
    files: a.files + b.files,
    lines: a.lines + b.lines,
    tokens: a.tokens + b.tokens,
    bytes: a.bytes + b.bytes,
  }
}

/** All of them together. */
export function totalOf(counts: Iterable<Counts>): Counts {
  return [...counts].reduce(sumOf, { language: 'all', files: 0, lines: 0, tokens: 0, bytes: 0 })
}
