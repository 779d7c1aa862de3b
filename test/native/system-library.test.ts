import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { libc } from '../../src/native/posix/libc.js'
import { systemLibrary } from '../../src/native/system-library.js'
import { kernel32 } from '../../src/native/win32/kernel32.js'

const native = resolve(import.meta.dirname, '../../src/native')
const onWindows = process.platform === 'win32'

describe('system libraries', () => {
  it('can be declared on every platform: importing loads none of them', async () => {
    const files = await readdir(native, { recursive: true })
    const modules = files.filter(file => file.endsWith('.ts') && !file.endsWith('-program.ts')) // those are run
    expect(modules.length).toBeGreaterThan(5)
    for (const module of modules)
      await import(/* @vite-ignore */ `../../src/native/${module.replaceAll('\\', '/')}`)
  })

  it('say so, when one is called that this platform does not have', () => {
    const call = () => (onWindows ? libc() : kernel32())
    expect(call).toThrow(expect.objectContaining({ code: 'TRANSPORT_UNAVAILABLE' }))
    expect(call).toThrow(process.platform)
  })

  it('say so, when one lacks a function', () => {
    const library = systemLibrary<{ absent(): void }>(null, { absent: 'void signalbox_absent()' })
    expect(library).toThrow(expect.objectContaining({ code: 'TRANSPORT_UNAVAILABLE' }))
    expect(library).toThrow('signalbox_absent')
  })

  it('are bound once', () => {
    const library = onWindows ? kernel32 : libc
    expect(library()).toBe(library())
  })
})
