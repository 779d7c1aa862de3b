import { makePipe as makePosixPipe } from '../../native/posix/pipe.js'
import { makePipe as makeWindowsPipe } from '../../native/win32/pipe.js'
import { PipeEnd } from './pipe-end.js'

/** Options of {@link AnonymousPipe.create}. */
export interface AnonymousPipeOptions {
  /**
   * Which sides are programs that wait in their reads and writes, as nearly all but Node do. On Windows, their ends
   * have to be made for that.
   * @default 'none'
   */
  readonly foreign?: 'none' | 'reader' | 'writer' | 'both'
}

/**
 * A pipe without a name: what is written at one end comes out of the other one, in order, as a stream of bytes. It ends
 * when all write ends are closed, by whichever process, and breaks when all read ends are.
 *
 * @example
 * const pipe = AnonymousPipe.create({ foreign: 'reader' })
 * const printer = spawn('lpr', { stdio: [pipe.read.descriptor, 'inherit', 'inherit'] })
 * pipe.read.close() // the printer has its own
 * pipe.write.stream().end('one coffee\n')
 */
export class AnonymousPipe implements Disposable {
  private constructor(
    readonly read: PipeEnd,
    readonly write: PipeEnd,
  ) {}

  /** @throws SignalboxError `TRANSPORT_UNAVAILABLE`, `LIMIT_EXCEEDED`, `SYSTEM` */
  static create({ foreign = 'none' }: AnonymousPipeOptions = {}): AnonymousPipe {
    if (process.platform === 'win32') {
      const useBy = (side: 'reader' | 'writer') =>
        foreign === side || foreign === 'both' ? 'blocking' : 'overlapped'
      const [read, write] = makeWindowsPipe({ read: useBy('reader'), write: useBy('writer') })
      return new AnonymousPipe(PipeEnd.ofHandle(read, 'read'), PipeEnd.ofHandle(write, 'write'))
    }
    const [read, write] = makePosixPipe()
    return new AnonymousPipe(PipeEnd.ofDescriptor(read, 'read'), PipeEnd.ofDescriptor(write, 'write'))
  }

  /** Closes both ends, where nobody uses them. */
  close(): void {
    this.read.close()
    this.write.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
