import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemContext } from '../../src/composition/system-context.js'
import { temporaryFolder } from '../support/temporary-folder.js'

describe('the context of a real process', () => {
  it('makes the runtime folder', async () => {
    const runtimeFolder = join(temporaryFolder(), 'made', 'here')
    const context = await systemContext({ runtimeFolder })
    expect(context.runtimeFolder).toBe(runtimeFolder)
    expect(existsSync(runtimeFolder)).toBe(true)
  })

  it('calls back later, and not when cancelled', async () => {
    const { clock } = await systemContext({ runtimeFolder: temporaryFolder() })
    const calls: string[] = []
    clock.after(0, () => calls.push('cancelled')).cancel()
    await new Promise<void>(resolve => {
      clock.after(2, resolve)
    })
    expect(calls).toEqual([])
    expect(clock.now()).toBeLessThanOrEqual(clock.now())
  })

  it('draws bytes that differ', async () => {
    const { random } = await systemContext({ runtimeFolder: temporaryFolder() })
    expect(random.bytes(16)).toHaveLength(16)
    expect(Buffer.from(random.bytes(16))).not.toEqual(Buffer.from(random.bytes(16)))
  })
})
