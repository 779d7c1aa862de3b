import type { Socket } from 'node:net'
import type { PipeEnds } from '../../transports/anonymous-pipe/index.js'
import type { WordChannel } from '../introduction/word-channel.js'
import type { EndExchange, EndsOnTheWay } from './end-exchange.js'

/** What two processes speak of on their line: whom they introduce to each other, and the node that was started. */
export type Subject = 'introductions' | 'node'

/** One line of text, in JSON. */
interface Said {
  readonly of: Subject
  readonly word: object
  readonly ends?: EndsOnTheWay
}

/** Characters of the longest line: whoever says more says nothing that we understand. */
const LONGEST = 64 * 1024

interface Hearer {
  readonly of: Subject
  readonly heard: (word: object, ends: PipeEnds | undefined) => void
  readonly gone: () => void
}

/**
 * The line between a process and the one that started it: words as lines of text, and ends of pipes beside them. It ends
 * with either of them.
 */
export class ProcessLine {
  readonly #hearers: Hearer[] = []
  #text = ''
  #over = false

  /** The line owns both. */
  constructor(
    private readonly stream: Socket,
    private readonly exchange: EndExchange,
  ) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => this.#read(text))
    stream.on('error', () => {}) // it is closed then, which is what counts
    stream.on('close', () => this.#end())
    stream.unref()
  }

  /** The part of the line that is about one subject. */
  about(of: Subject): WordChannel<PipeEnds> {
    return {
      say: (word, end) => this.#say(of, word, end),
      hear: (heard, gone) => {
        if (this.#over) queueMicrotask(gone)
        else this.#hearers.push({ of, heard, gone })
      },
      ref: () => this.stream.ref(),
      unref: () => this.stream.unref(),
    }
  }

  /** Ends it. Closing twice is harmless. */
  close(): void {
    this.stream.destroy()
  }

  #say(of: Subject, word: object, end: PipeEnds | undefined): void {
    if (this.#over) {
      end?.close()
      return
    }
    const said: Said = end === undefined ? { of, word } : { of, word, ends: this.exchange.give(end) }
    this.stream.write(`${JSON.stringify(said)}\n`)
  }

  #read(text: string): void {
    const lines = (this.#text + text).split('\n')
    this.#text = lines.pop() ?? ''
    try {
      for (const line of lines) this.#hear(JSON.parse(line) as Said)
      if (this.#text.length <= LONGEST) return
    } catch {
      // what the other side says is nothing that we could have an answer to
    }
    this.close()
  }

  #hear({ of, word, ends }: Said): void {
    const taken = ends && this.exchange.take(ends)
    for (const hearer of this.#hearers) if (hearer.of === of) hearer.heard(word, taken)
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.exchange.close()
    for (const { gone } of this.#hearers) gone()
  }
}
