import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ActorRef, message, protocol, request, startNode } from 'signalbox'
import { z } from 'zod'
import type { Actors } from '../actors.js'

const told = z.object({ number: z.number() })
const Handler = protocol('handler', { told: message('bench.told', told) })
const Answerer = protocol('answerer', { ask: request('bench.asked', { input: told, output: z.number() }) })

/** Actors of one node, as a program has them: typed, with bounded mailboxes and dead letters. */
export async function signalboxActors(): Promise<Actors<ActorRef<typeof Handler>>> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-'))
  const node = await startNode({
    name: 'bench',
    cwd: folder,
    config: { runtimeFolder: join(folder, 'run'), transports: { listen: ['memory'] } },
  })
  node.deadLetters$.subscribe(({ reason }) => {
    throw reason
  })
  return {
    spawn: (name, handle) => node.spawn(Handler, () => ({ told: handle }), { name }),
    tell(actor, value) {
      if (!actor.tell.told(value)) throw new Error('the mailbox is full')
    },
    answering: async answer => (await node.spawn(Answerer, () => ({ ask: answer }))).ask.ask,
    stop: name => node.stop(name),
    close: async () => {
      await node.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
