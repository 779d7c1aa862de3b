import { chmod, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { userSecret } from '../../src/composition/user-secret.js'
import { temporaryFolder } from '../support/temporary-folder.js'

describe("the user's secret, by mode bits", () => {
  it('is refused when others can read it', async () => {
    const folder = temporaryFolder()
    await userSecret(folder)
    expect((await stat(join(folder, 'secret'))).mode & 0o777).toBe(0o600)
    await chmod(join(folder, 'secret'), 0o640)
    await expect(userSecret(folder)).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringContaining('640'),
    })
  })
})
