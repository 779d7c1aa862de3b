import { readFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { onceSignalled } from '../../src/native/win32/handle-wait.js'
import { type Handle, kernel32, NO_HANDLE } from '../../src/native/win32/kernel32.js'

const events: Handle[] = []
afterEach(() => {
  for (const event of events.splice(0)) kernel32().CloseHandle(event)
})

function makeEvent(): Handle {
  const event = kernel32().CreateEventW(null, 0, 0, null)
  expect(event).not.toBe(NO_HANDLE)
  events.push(event)
  return event
}

/** A wait does not keep the process alive, and the test runner's own handles do. */
const signalOf = (event: Handle) => new Promise<void>(resolve => onceSignalled(event, () => resolve()))

describe('waiting for a handle', () => {
  it('tells once, after the object is signalled', async () => {
    const event = makeEvent()
    let told = 0
    const done = new Promise<void>(resolve => {
      onceSignalled(event, () => {
        told += 1
        resolve()
      })
    })
    expect(told).toBe(0)
    kernel32().SetEvent(event)
    await done
    kernel32().SetEvent(event)
    const next = signalOf(makeSignalled())
    await next
    expect(told).toBe(1)
  })

  it('tells of an object that is signalled already', async () => {
    await signalOf(makeSignalled())
  })

  it('tells nothing after it was cancelled, also when the signal is on its way', async () => {
    const event = makeEvent()
    let told = false
    const cancel = onceSignalled(event, () => {
      told = true
    })
    kernel32().SetEvent(event)
    cancel()
    cancel()
    await signalOf(makeSignalled())
    expect(told).toBe(false)
  })

  it('takes no thread of the pool, however many wait', async () => {
    const cancels = Array.from({ length: 100 }, () => onceSignalled(makeEvent(), () => {}))
    await readFile(import.meta.filename)
    for (const cancel of cancels) cancel()
  })

  it('tells of each of many', async () => {
    const all = Array.from({ length: 100 }, makeEvent)
    const told = all.map(signalOf)
    for (const event of all) kernel32().SetEvent(event)
    await Promise.all(told)
  })
})

function makeSignalled(): Handle {
  const event = makeEvent()
  kernel32().SetEvent(event)
  return event
}
