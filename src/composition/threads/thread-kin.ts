import { MessageChannel, MessagePort } from 'node:worker_threads'
import { type Kin, TreeIntroducer } from '../introduction/tree-introducer.js'
import type { WordChannel } from '../introduction/word-channel.js'

/** Threads of one process, which hand message ports to each other. */
const threads: Kin<MessagePort> = {
  member: 'thread',
  whole: 'this process',
  start: 'start it as a worker node',
  endOf: end => (end instanceof MessagePort ? end : undefined),
  close: end => end.close(),
}

/** Introduces the threads of this process. @param line to the thread that started this one; see {@link lineToNewThread} */
export function threadTree(line?: MessagePort): TreeIntroducer<MessagePort> {
  return new TreeIntroducer(threads, line && wordsOver(line))
}

/** A new line, whose end is to be given to a thread that this one starts. */
export function lineToNewThread(tree: TreeIntroducer<MessagePort>): MessagePort {
  const { port1, port2 } = new MessageChannel()
  tree.lineOver(wordsOver(port1))
  return port2
}

interface Message {
  readonly word: object
  readonly end?: MessagePort
}

function wordsOver(port: MessagePort): WordChannel<MessagePort> {
  return {
    say(word, end) {
      const message: Message = end === undefined ? { word } : { word, end }
      port.postMessage(message, end === undefined ? [] : [end])
    },
    hear(heard, gone) {
      port.on('message', ({ word, end }: Message) => heard(word, end))
      port.on('close', gone)
      port.unref()
    },
    ref: () => port.ref(),
    unref: () => port.unref(),
  }
}
