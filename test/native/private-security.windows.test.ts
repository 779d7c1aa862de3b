import { describe, expect, it } from 'vitest'
import { kernel32, NO_HANDLE } from '../../src/native/win32/kernel32.js'
import { privateSecurity } from '../../src/native/win32/private-security.js'
import { currentUserSid, ownerSidOf, userSidOfProcess } from '../../src/native/win32/user-sid.js'

describe('users of Windows', () => {
  it('have a security identifier, which their processes share', () => {
    expect(currentUserSid()).toMatch(/^S-1-5-/)
    expect(userSidOfProcess(process.pid)).toBe(currentUserSid())
  })

  it('are unknown where there is no process', () => {
    expect(userSidOfProcess(0xfffffff0)).toBeUndefined()
  })

  it('own what they make with private security', () => {
    const mutex = kernel32().CreateMutexW(privateSecurity(), 0, null)
    expect(mutex).not.toBe(NO_HANDLE)
    expect(ownerSidOf(mutex)).toBe(currentUserSid())
    kernel32().CloseHandle(mutex)
    expect(ownerSidOf(mutex)).toBeUndefined()
  })
})
