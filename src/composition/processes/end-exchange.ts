import { closeSync } from 'node:fs'
import { passDescriptors, takeDescriptors } from '../../native/posix/passed-descriptors.js'
import type { Handle } from '../../native/win32/kernel32.js'
import { HandleExchange } from '../../native/win32/passed-handles.js'
import { PipeEnd, PipeEnds } from '../../transports/anonymous-pipe/index.js'

/** Ends on their way: which there are, and what they are called where that matters. */
export interface EndsOnTheWay {
  readonly incoming?: number
  readonly outgoing?: number
}

/** Moves ends of pipes between this process and the one at the other end of a line. */
export interface EndExchange {
  /** Hands `ends` over, which are closed here, also when this throws. What it returns has to be said to the other side. */
  give(ends: PipeEnds): EndsOnTheWay
  /** What the other side gave. To be called for everything that it says to have given, in its order. */
  take(ends: EndsOnTheWay): PipeEnds
  close(): void
}

/** Over a Unix socket of its own, from which nothing but descriptors is read. @param socket its descriptor, which is the exchange's */
export function exchangeOverSocket(socket: number): EndExchange {
  return {
    give({ incoming, outgoing }) {
      const taken = [incoming, outgoing].flatMap(end => (end === undefined ? [] : [end.take()]))
      try {
        passDescriptors(socket, taken)
      } finally {
        for (const fd of taken) closeSync(fd)
      }
      return {
        ...(incoming === undefined ? {} : { incoming: 0 }),
        ...(outgoing === undefined ? {} : { outgoing: 0 }),
      }
    },
    take({ incoming, outgoing }) {
      const isIn = incoming !== undefined
      const isOut = outgoing !== undefined
      const taken = takeDescriptors(socket, Number(isIn) + Number(isOut))
      const next = (direction: PipeEnd['direction']) => {
        const fd = taken.shift()
        return fd === undefined ? undefined : PipeEnd.ofDescriptor(fd, direction)
      }
      return new PipeEnds(isIn ? next('read') : undefined, isOut ? next('write') : undefined)
    },
    close: () => closeSync(socket),
  }
}

/** With a process that this one started: on Windows, who has the right to do so moves handles in both directions. */
export function exchangeWithChild(pid: number): EndExchange {
  const exchange = new HandleExchange(pid)
  return {
    give: ends => mapped(ends, handle => exchange.give(handle)),
    take: ends => endsOf(ends, handle => exchange.take(handle)),
    close: () => exchange.close(),
  }
}

/** With the process that started this one, which moves handles for both. */
export function exchangeWithStarter(): EndExchange {
  return {
    give: ends => mapped(ends, handle => handle),
    take: ends => endsOf(ends, handle => handle),
    close: () => {},
  }
}

type Move = (handle: Handle) => Handle

function mapped({ incoming, outgoing }: PipeEnds, move: Move): EndsOnTheWay {
  const taken = { incoming: incoming?.take(), outgoing: outgoing?.take() }
  return {
    ...(taken.incoming === undefined ? {} : { incoming: move(taken.incoming as Handle) }),
    ...(taken.outgoing === undefined ? {} : { outgoing: move(taken.outgoing as Handle) }),
  }
}

function endsOf({ incoming, outgoing }: EndsOnTheWay, move: Move): PipeEnds {
  return new PipeEnds(
    incoming === undefined ? undefined : PipeEnd.ofHandle(move(incoming as Handle), 'read'),
    outgoing === undefined ? undefined : PipeEnd.ofHandle(move(outgoing as Handle), 'write'),
  )
}
