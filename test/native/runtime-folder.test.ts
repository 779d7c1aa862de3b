import { stat, writeFile } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultRuntimeFolder, ensurePrivateFolder } from '../../src/native/runtime-folder.js'
import { makeRuntimeFolder } from '../support/runtime-folder.js'

const onWindows = process.platform === 'win32'

describe('the runtime folder', () => {
  it('is where SIGNALBOX_RUNTIME_DIR says, made absolute', () => {
    expect(defaultRuntimeFolder({ SIGNALBOX_RUNTIME_DIR: 'here' })).toBe(resolve('here'))
  })

  it('is else in a place of this user', () => {
    const environment = onWindows
      ? { LOCALAPPDATA: 'C:\\Users\\me\\AppData\\Local' }
      : { XDG_RUNTIME_DIR: '/run/user/7' }
    const expected = onWindows ? 'C:\\Users\\me\\AppData\\Local\\signalbox\\run' : '/run/user/7/signalbox'
    expect(defaultRuntimeFolder(environment)).toBe(expected)
    expect(isAbsolute(defaultRuntimeFolder({}))).toBe(true)
    if (!onWindows) expect(defaultRuntimeFolder({})).toContain(`signalbox-${process.geteuid?.()}`)
  })

  it('is made with all that leads to it, once', async () => {
    await using folder = await makeRuntimeFolder()
    const path = join(folder.path, 'a', 'b')
    await ensurePrivateFolder(path)
    await ensurePrivateFolder(path)
    expect((await stat(path)).isDirectory()).toBe(true)
  })

  it('is refused where a file is in the way', async () => {
    await using folder = await makeRuntimeFolder()
    const path = join(folder.path, 'file')
    await writeFile(path, '')
    await expect(ensurePrivateFolder(path)).rejects.toEqual(
      expect.objectContaining({ code: 'ACCESS_DENIED' }),
    )
  })
})
