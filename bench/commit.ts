import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const repository = resolve(import.meta.dirname, '../../../.git')

/**
 * The commit that is checked out; undefined where this is no clone. It is read from the files of Git, which itself does not
 * run under Wine. Source: gitrepository-layout(5).
 */
export function checkedOutCommit(folder = repository): string | undefined {
  const head = textOf(folder, 'HEAD')
  if (head === undefined) return undefined
  const branch = /^ref: (.+)$/.exec(head)?.[1]
  if (branch === undefined) return head
  const packed = textOf(folder, 'packed-refs')
    ?.split('\n')
    .find(line => line.endsWith(` ${branch}`))
  return textOf(folder, branch) ?? packed?.split(' ')[0]
}

function textOf(folder: string, file: string): string | undefined {
  const path = join(folder, file)
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}
