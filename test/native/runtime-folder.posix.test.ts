import { chmod, chown, lchown, mkdir, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ensurePrivateFolder } from '../../src/native/runtime-folder.js'
import { makeRuntimeFolder } from '../support/runtime-folder.js'

const denied = expect.objectContaining({ code: 'ACCESS_DENIED' })
const somebodyElse = 65534

describe('a private folder', () => {
  it('is made for its user only', async () => {
    await using folder = await makeRuntimeFolder()
    const path = join(folder.path, 'private')
    await ensurePrivateFolder(path)
    expect((await stat(path)).mode & 0o777).toBe(0o700)
  })

  it.each([0o750, 0o705, 0o711])('is refused when its mode is %o', async mode => {
    await using folder = await makeRuntimeFolder()
    const path = join(folder.path, 'open')
    await mkdir(path)
    await chmod(path, mode)
    await expect(ensurePrivateFolder(path)).rejects.toEqual(denied)
    await expect(ensurePrivateFolder(path)).rejects.toThrow(mode.toString(8))
  })

  it('may be reached by a link of its user', async () => {
    await using folder = await makeRuntimeFolder()
    const path = join(folder.path, 'real')
    await mkdir(path, { mode: 0o700 })
    await symlink(path, join(folder.path, 'link'))
    await ensurePrivateFolder(join(folder.path, 'link'))
  })
})

// Only root can give a folder away.
if (process.geteuid?.() === 0) {
  describe('a private folder of another user', () => {
    it('is refused', async () => {
      await using folder = await makeRuntimeFolder()
      const path = join(folder.path, 'theirs')
      await mkdir(path, { mode: 0o700 })
      await chown(path, somebodyElse, somebodyElse)
      await expect(ensurePrivateFolder(path)).rejects.toEqual(denied)
    })

    it('is not entered by a link of another user, wherever that leads', async () => {
      await using folder = await makeRuntimeFolder()
      const [path, link] = [join(folder.path, 'ours'), join(folder.path, 'link')]
      await mkdir(path, { mode: 0o700 })
      await symlink(path, link)
      await lchown(link, somebodyElse, somebodyElse)
      await expect(ensurePrivateFolder(link)).rejects.toEqual(denied)
    })
  })
}
