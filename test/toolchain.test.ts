import { once } from 'node:events'
import { Container, injectable } from 'inversify'
import koffi from 'koffi'
import { describe, expect, inject, it } from 'vitest'
import { forkPeer } from './support/peer.js'

@injectable()
class Lamp {
  readonly colour = 'green'
}

@injectable()
class Signal {
  constructor(readonly lamp: Lamp) {}
}

const onWindows = process.platform === 'win32'

describe('the tool chain', () => {
  it('runs on the platform that the project is named after', () => {
    const platforms = { linux: 'linux', macos: 'darwin', windows: 'win32', wine: 'win32' }
    expect(platforms).toHaveProperty(inject('project'), process.platform)
  })

  it('injects by the type of a constructor parameter', () => {
    const container = new Container()
    container.bind(Lamp).toSelf()
    container.bind(Signal).toSelf()
    expect(container.get(Signal).lamp.colour).toBe('green')
  })

  it('calls native code', () => {
    const library = koffi.load(
      onWindows ? 'kernel32.dll' : process.platform === 'darwin' ? 'libSystem.dylib' : 'libc.so.6',
    )
    const processId = library.func(onWindows ? 'uint32_t GetCurrentProcessId()' : 'int getpid()')
    expect(processId()).toBe(process.pid)
  })

  it('disposes of what await using holds', async () => {
    const events: string[] = []
    {
      await using _track = { [Symbol.asyncDispose]: async () => void events.push('closed') }
      events.push('open')
    }
    expect(events).toEqual(['open', 'closed'])
  })

  it('talks to a built peer in another process', async () => {
    const peer = forkPeer('echo')
    peer.send('hello')
    const [answer] = await once(peer, 'message')
    expect(answer).toEqual({ message: 'hello', platform: process.platform })
    peer.disconnect()
    await once(peer, 'exit')
  })
})
