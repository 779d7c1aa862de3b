import { filter, firstValueFrom } from 'rxjs'
import { expect, it } from 'vitest'
import { namedPipe } from '../../src/transports/named-pipe/index.js'
import { tcp } from '../../src/transports/tcp/index.js'
import { Desk, quirk } from '../peers/desk.js'
import { breakable } from '../support/breakable.js'
import { NodePeer } from '../support/node-peer.js'
import { nodes } from '../support/nodes.js'
import { until } from '../support/until.js'

// Windows has no signal that stops a process, and Wine's node.exe does not pass one on.
it.each(['named-pipe', 'tcp'])(
  '[I3] [I8] a node that hangs for longer than its time to resume is lost, over %s',
  async transport => {
    const { config, start } = nodes({
      transports: { prefer: [transport] },
      link: { heartbeat: 250, resume: 1000 },
    })
    const node = await start('till')
    const peer = await NodePeer.start('shop', config)
    const desk = node.ref(Desk, 'signalbox://shop/desk')
    expect(await desk.ask.echo('text')).toBe('text')
    const down = firstValueFrom(node.peers$.pipe(filter(({ type }) => type === 'down')))
    const unanswered = desk.ask.never()
    const lost = expect(unanswered).rejects.toMatchObject({ code: 'PEER_LOST' })
    peer.signal('SIGSTOP')
    expect(await down).toMatchObject({
      node: 'shop',
      reason: { by: 'fault', error: { code: 'PEER_LOST', cause: { code: 'PEER_SILENT' } } },
    })
    await lost
    // It is in the directory still, since its process lives, and takes connections without ever greeting.
    await expect(desk.ask.echo('text', { timeout: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' })
    peer.signal('SIGCONT')
    // `desk` is busy for ever with what it was asked first.
    const other = node.ref(quirk(true), 'signalbox://shop/quirk')
    let answer: string | undefined
    await until(async () => {
      answer = await other.ask.even('awake').catch(() => undefined)
      return answer !== undefined
    })
    expect(answer).toBe('awake')
  },
)

it.each([namedPipe(), tcp()])(
  '[I8] [I11] a node that is stopped for longer than its silence is tolerated comes back unnoticed, over $name',
  async transport => {
    const { config, start } = nodes({
      transports: { prefer: [transport.name] },
      link: { heartbeat: 100, resume: 3_600_000 },
    })
    const watched = breakable(transport)
    const node = await start('till', { transports: [watched.transport] })
    const peer = await NodePeer.start('shop', config)
    const desk = node.ref(Desk, 'signalbox://shop/desk')
    const events: string[] = []
    node.peers$.subscribe(({ type }) => events.push(type))
    expect(await desk.ask.echo('text')).toBe('text')
    peer.signal('SIGSTOP')
    const notes = Array.from({ length: 100 }, (_, index) => index + 1)
    const sent = Promise.all(notes.map(number => desk.send.noted({ by: 'till', number })))
    await until(() => watched.attempts > 1) // its track was given up, and it is dialled again
    peer.signal('SIGCONT')
    await sent
    expect(await desk.ask.seen('till', { timeout: 3_600_000 })).toEqual(notes)
    expect(events).toEqual(['up'])
  },
)
