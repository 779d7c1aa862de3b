import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Finally } from './finally.js'

/** A folder that only this user may enter, for the running test; removed when it ends. */
export function temporaryFolder(onEnd: Finally = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-test-'))
  onEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
