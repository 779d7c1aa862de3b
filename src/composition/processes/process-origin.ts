import { Socket } from 'node:net'
import { isMainThread } from 'node:worker_threads'
import { closeOnExec } from '../../native/posix/pipe.js'
import { PipeEnds } from '../../transports/anonymous-pipe/index.js'
import { type Kin, TreeIntroducer } from '../introduction/tree-introducer.js'
import { exchangeOverSocket, exchangeWithStarter } from './end-exchange.js'
import { ProcessLine } from './process-line.js'

/** The variable that tells a process by which descriptors it is connected with the one that started it: `3`, or `3,4`. */
export const ORIGIN_VARIABLE = 'SIGNALBOX_STARTED_BY'

/** Processes that started each other, which hand ends of pipes to each other. */
const processes: Kin<PipeEnds> = {
  member: 'process',
  whole: 'this family of processes',
  start: 'start it with spawnNode',
  endOf: end => (end instanceof PipeEnds ? end : undefined),
  close: ends => ends.close(),
}

const descriptors = takeDescriptors()
let line: ProcessLine | undefined
let tree: TreeIntroducer<PipeEnds> | undefined

/** Whether this process was started as a node of its own, by a process that introduces it to others. */
export function wasSpawned(): boolean {
  return descriptors.length > 0
}

/** The line to the process that started this one; undefined where none did that could introduce it. */
export function lineToStarter(): ProcessLine | undefined {
  if (wasSpawned()) line ??= openLine()
  return line
}

/** What introduces this process to others: one for all that runs in its main thread. */
export function processTree(): TreeIntroducer<PipeEnds> {
  tree ??= new TreeIntroducer(processes, lineToStarter()?.about('introductions'))
  return tree
}

/** Nobody that this process starts shall find them: they would not be its own. */
function takeDescriptors(): readonly number[] {
  const { [ORIGIN_VARIABLE]: said } = process.env
  delete process.env[ORIGIN_VARIABLE]
  return isMainThread && said ? said.split(',').map(Number) : []
}

function openLine(): ProcessLine {
  const [words = -1, ends = -1] = descriptors
  if (process.platform === 'win32') return new ProcessLine(streamOver(words), exchangeWithStarter())
  for (const fd of descriptors) closeOnExec(fd)
  return new ProcessLine(streamOver(words), exchangeOverSocket(ends))
}

function streamOver(fd: number): Socket {
  return new Socket({ fd, readable: true, writable: true })
}
