import { readFile } from 'node:fs/promises'
import { reasonOf, SignalboxError } from '../core/contracts/index.js'
import { LineSplitter } from './line-splitter.js'

/**
 * The frames that an argument of `signalbox send` stands for: a text, `@file`, or `-` for the lines of stdin.
 * @throws SignalboxError `SYSTEM` when they cannot be read
 */
export async function* framesOf(argument: string): AsyncGenerator<Uint8Array> {
  if (argument === '-') yield* linesOf(process.stdin)
  else if (argument.startsWith('@')) yield await fileAt(argument.slice(1))
  else yield Buffer.from(argument)
}

async function fileAt(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new SignalboxError(
      'SYSTEM',
      `${path}: cannot be read (${reasonOf(cause)}); text that begins with @ goes by stdin`,
      {
        cause,
      },
    )
  }
}

async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const lines = new LineSplitter()
  for await (const piece of input) yield* lines.push(piece)
  yield* lines.end()
}
