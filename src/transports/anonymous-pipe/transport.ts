import type { Socket } from 'node:net'
import {
  type Address,
  type Availability,
  type Capabilities,
  type Connection,
  type EndPair,
  formatAddress,
  type IntroducedTransport,
  nodePath,
  parseAddress,
  SignalboxError,
  type TransportContext,
} from '../../core/contracts/index.js'
import { nativeAvailability } from '../../native/availability.js'
import { libc } from '../../native/posix/libc.js'
import { kernel32 } from '../../native/win32/kernel32.js'
import { PipeConnection, type PipeConnectionOptions } from '../socket/pipe-connection.js'
import { AnonymousPipe } from './anonymous-pipe.js'
import { capabilitiesAt, isOneWay, platforms } from './capabilities.js'
import { PipeEnds } from './pipe-ends.js'

/** Connections between processes of one family, over pipes without names. */
export class AnonymousPipeTransport implements IntroducedTransport<PipeEnds> {
  readonly shape = 'introduced'
  readonly name = 'anonymous-pipe'
  readonly summary =
    'A byte stream between processes that one of them started, over pipes without names; nobody else can reach them.'

  async availability(): Promise<Availability> {
    return nativeAvailability(this.name, platforms, process.platform === 'win32' ? kernel32 : libc)
  }

  describe(address: Address): Capabilities {
    return capabilitiesAt(address)
  }

  nodeAddress(namespace: string, node: string): Address {
    return formatAddress({ scheme: this.name, host: '.', path: nodePath(namespace, node) })
  }

  returnAddress(to: Address, unique: string): Address {
    const { href } = this.nodeAddress('return', unique)
    return isOneWay(to) ? parseAddress(`${href}?direction=simplex`) : parseAddress(href)
  }

  pair(address?: Address): EndPair<PipeEnds> {
    const there = AnonymousPipe.create()
    if (address !== undefined && isOneWay(address)) {
      return [new PipeEnds(undefined, there.write), new PipeEnds(there.read, undefined)]
    }
    try {
      const back = AnonymousPipe.create()
      return [new PipeEnds(back.read, there.write), new PipeEnds(there.read, back.write)]
    } catch (error) {
      there.close()
      throw error
    }
  }

  adopt(end: PipeEnds, address: Address, { clock }: TransportContext): Connection {
    if (!(end instanceof PipeEnds)) {
      throw new SignalboxError(
        'ADDRESS_INVALID',
        `${address.href}: what was handed over are no ends of pipes; hand over what pair() made`,
      )
    }
    return connectionOver(end, { name: address.href, clock })
  }
}

/** A connection over `ends`, which it owns, also when this throws. @throws SignalboxError `SYSTEM` where they are no pipes */
function connectionOver(ends: PipeEnds, options: PipeConnectionOptions): Connection {
  let incoming: Socket | undefined
  try {
    incoming = ends.incoming?.stream()
    return new PipeConnection(incoming, ends.outgoing?.stream(), options)
  } catch (error) {
    incoming?.destroy()
    ends.close()
    throw error
  }
}
