import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes of the largest file that is counted: it goes into one message. */
const LARGEST = 64 * 1024 * 1024

/** The paths of all files in a folder and below it. Links are not followed. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => join(folder, entry.name))
  for (const entry of entries) {
    if (entry.isDirectory()) files.push(...(await listFiles(join(folder, entry.name))))
  }
  return files
}

/** What is in a file; undefined when it cannot be read, is gone, or is too large. */
export function readContent(path: string): Uint8Array | undefined {
  try {
    // Most files are small: to hand one to another thread and back takes longer than to read it.
    const content = readFileSync(path)
    return content.length > LARGEST ? undefined : content
  } catch {
    return undefined
  }
}
