import { type LeftOver, reasonOf } from '../../core/contracts/index.js'
import { directoryLeftOvers } from '../../core/node/directory-left-overs.js'
import { synchronisationLeftOvers } from '../../native/posix/named-left-overs.js'
import { processTable } from '../../native/process-table.js'
import { FileSegments } from '../../transports/file-mapping/file-segments.js'
import { socketLeftOvers } from '../../transports/named-pipe/posix-left-overs.js'
import { Segments } from '../../transports/segment/segments.js'
import type { Finding } from './finding.js'

/** What killed processes left behind in this system; nothing of a living one. */
export async function findLeftOvers(runtimeFolder: string): Promise<LeftOver[]> {
  return [
    ...new Segments(runtimeFolder).leftOvers(),
    ...new FileSegments(runtimeFolder).leftOvers(),
    // Windows takes pipes away with their process.
    ...(process.platform === 'win32' ? [] : await socketLeftOvers(runtimeFolder)),
    ...synchronisationLeftOvers(runtimeFolder),
    ...(await directoryLeftOvers(runtimeFolder, processTable)),
  ]
}

/** @param fix removes it, where it is this user's */
export async function reportLeftOver(leftOver: LeftOver, fix: boolean): Promise<Finding> {
  const { kind: about, name, of } = leftOver
  if (leftOver.whose === 'another user') {
    const { uid } = leftOver
    const says = `left by ${of}, of user ${uid}, who can remove it with signalbox doctor --fix; so can root: sudo rm ${name}`
    return { about, name, state: 'note', says }
  }
  if (leftOver.whose === 'the next user') {
    const says = `left by ${of}, and stays: ${leftOver.because}`
    return { about, name, state: 'note', says }
  }
  if (!fix) return { about, name, state: 'left over', says: `left by ${of}; --fix removes it` }
  try {
    if (await leftOver.remove()) return { about, name, state: 'removed', says: `left by ${of}` }
    return { about, name, state: 'note', says: 'a living process has taken it over meanwhile' }
  } catch (error) {
    return { about, name, state: 'fault', says: `cannot be removed: ${reasonOf(error)}` }
  }
}
