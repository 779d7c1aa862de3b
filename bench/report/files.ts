import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asMarkdown } from './markdown.js'
import { asPlot } from './plot.js'
import type { Run } from './run.js'

/** Writes a run into `folder`: `<name>.md`, `<name>.json`, `<name>.svg`. */
export async function writeReports(run: Run, folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const plot = `${name}.svg`
  await writeFile(join(folder, plot), asPlot(run))
  await writeFile(join(folder, `${name}.md`), asMarkdown(run, plot))
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(run, undefined, 2)}\n`)
}
