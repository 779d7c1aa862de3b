// A process that gets memory which another one made: node memory-guest.js <how> …
//   inherited <handle> <access>          adds 1 to its first integer, and exits with what went wrong: 0 nothing, 3 ACCESS_DENIED
//   told <runtime folder> <address>      connects there, and does what each line that arrives says
import { parseAddress } from 'signalbox'
import { createTestContext } from 'signalbox/testing'
import { namedPipe } from 'signalbox/transports/named-pipe'
import { SharedMemory } from 'signalbox/transports/shared-memory'

type Access = 'read' | 'read-write'

/** By which way, and what for. */
export type Invitation = { readonly access: Access } & (
  | { readonly name: string }
  | { readonly handle: number }
  | { readonly pid: number; readonly handle: number }
)

/** The first integer afterwards, or what went wrong. */
export type Outcome = { readonly first: number } | { readonly failed: string }

const [how, ...args] = process.argv.slice(2)
if (how === 'inherited') {
  const [handle, access] = args
  const outcome = accepted({ handle: Number(handle), access: access as Access })
  process.exitCode = 'first' in outcome ? 0 : outcome.failed === 'ACCESS_DENIED' ? 3 : 4
} else {
  await listenTo(...(args as [string, string]))
}

async function listenTo(folder: string, address: string): Promise<void> {
  const connection = await namedPipe().connect(parseAddress(address), createTestContext(folder))
  let rest = ''
  connection.receive(({ bytes }) => {
    const lines = (rest + Buffer.from(bytes)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) connection.send(Buffer.from(`${JSON.stringify(accepted(JSON.parse(line)))}\n`))
  })
}

function accepted(invitation: Invitation): Outcome {
  try {
    using memory = opened(invitation)
    if (invitation.access === 'read') return { first: memory.load(0) }
    return { first: Atomics.add(new Int32Array(memory.buffer), 0, 1) + 1 }
  } catch (error) {
    return { failed: (error as { code?: string }).code ?? String(error) }
  }
}

function opened(invitation: Invitation): SharedMemory {
  const { access } = invitation
  if ('name' in invitation) return SharedMemory.open(invitation.name, { access })
  if ('pid' in invitation) return SharedMemory.duplicateFrom(invitation.pid, invitation.handle, { access })
  return SharedMemory.fromHandle(invitation.handle, { access })
}
