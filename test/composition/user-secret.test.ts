import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { userSecret } from '../../src/composition/user-secret.js'
import { askAll, crash, forkFixture } from '../support/fixture.js'
import { temporaryFolder } from '../support/temporary-folder.js'

describe("the user's secret", () => {
  it('is 32 bytes that stay the same', async () => {
    const folder = temporaryFolder()
    const secret = await userSecret(folder)
    expect(secret).toHaveLength(32)
    expect(Buffer.from(await userSecret(folder))).toEqual(Buffer.from(secret))
    expect(await readFile(join(folder, 'secret'))).toEqual(Buffer.from(secret))
    expect(Buffer.from(await userSecret(temporaryFolder()))).not.toEqual(Buffer.from(secret))
  })

  it('is the same for all processes that ask for it at once', async () => {
    const children = await Promise.all(
      Array.from({ length: 3 }, () => forkFixture('directory/secret-reader.mjs')),
    )
    try {
      for (let round = 0; round < 5; round++) {
        const folder = temporaryFolder()
        const secrets = await askAll(children, folder)
        expect(new Set([...secrets, Buffer.from(await userSecret(folder)).toString('hex')]).size).toBe(1)
      }
    } finally {
      await Promise.all(children.map(crash))
    }
  })

  it('is refused when it is no secret of ours', async () => {
    const folder = temporaryFolder()
    await writeFile(join(folder, 'secret'), 'short', { mode: 0o600 })
    await expect(userSecret(folder)).rejects.toMatchObject({
      code: 'SYSTEM',
      message: expect.stringContaining('32 bytes'),
    })
  })
})
