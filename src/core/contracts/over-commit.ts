import { SignalboxError } from './errors.js'

/**
 * What `InPlaceSender.commit` throws for more than was reserved.
 * @param reserved bytes; negative where nothing is
 */
export function overCommit(length: number, reserved: number): SignalboxError {
  const why = reserved < 0 ? 'nothing is reserved' : `${reserved} B are reserved`
  return new SignalboxError(
    'FRAME_TOO_LARGE',
    `commit of ${length} B where ${why}: reserve enough, and commit in the same turn, before any other call`,
  )
}
