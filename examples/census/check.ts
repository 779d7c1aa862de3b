import { countFile } from './count.js'
import type { Counts } from './counts.js'
import { listFiles, readContent } from './files.js'
import { Tally } from './tally.js'

/** Counts a folder in this process alone, one file after the other. */
export async function countAlone(folder: string): Promise<Counts[]> {
  const tally = new Tally()
  for (const path of await listFiles(folder)) {
    const content = readContent(path)
    if (content !== undefined) tally.add(countFile(path, content))
  }
  return tally.counts
}

const figures = ['files', 'lines', 'tokens', 'bytes'] as const

/** What differs between two counts, in words; nothing when they are equal to the byte. */
export function differences(counted: readonly Counts[], expected: readonly Counts[]): string[] {
  const languages = new Set([...expected, ...counted].map(({ language }) => language))
  return [...languages].flatMap(language =>
    figures.flatMap(figure => {
      const [is, should] = [counted, expected].map(
        counts => counts.find(each => each.language === language)?.[figure] ?? 0,
      )
      return is === should ? [] : [`${language}: ${is} ${figure} were counted, and there are ${should}`]
    }),
  )
}
