import { apart } from '../pair/own-cores.js'
import type { Work } from '../pair/work.js'
import { asking } from './asking.js'
import { flood } from './flood.js'
import { idling } from './idle.js'
import { oneWay } from './one-way.js'

const KIB = 1024

/** What two processes do together, by name. */
const works: Readonly<Record<string, Work>> = {
  'typed-tell': oneWay({ kind: 'order' }),
  'frames-64': oneWay({ kind: 'bytes', size: 64 }),
  'frames-1k': oneWay({ kind: 'bytes', size: KIB }),
  'frames-64k': oneWay({ kind: 'bytes', size: 64 * KIB }),
  'frames-1m': oneWay({ kind: 'bytes', size: KIB * KIB }),
  'ask-1': asking(1),
  'ask-1-apart': apart(asking(1)),
  'ask-64': asking(64),
  flood,
  idle: idling(),
}

/** @throws when there is none of that name */
export function workNamed(name: string): Work {
  const work = works[name]
  if (work === undefined)
    throw new Error(`there is no work ${name}; there are ${Object.keys(works).join(', ')}`)
  return work
}
