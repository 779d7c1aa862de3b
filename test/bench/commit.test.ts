import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkedOutCommit } from '../../bench/commit.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const commit = '0123456789abcdef0123456789abcdef01234567'

function repository(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

describe('the commit that a page of figures names', () => {
  it.each([
    ['of a branch', { HEAD: 'ref: refs/heads/main\n', 'refs/heads/main': `${commit}\n` }],
    ['of a packed branch', { HEAD: 'ref: refs/heads/main\n', 'packed-refs': `${commit} refs/heads/main\n` }],
    ['without a branch', { HEAD: `${commit}\n` }],
  ])('is found %s', (_, files) => {
    expect(checkedOutCommit(repository(files))).toBe(commit)
  })

  it('is absent where there is no clone', () => {
    expect(checkedOutCommit(join(temporaryFolder(), 'none'))).toBeUndefined()
  })
})
