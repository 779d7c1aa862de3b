/** What the doctor has found out about one thing. */
export interface Finding {
  /** What was looked at: `runtime folder`, `socket`. */
  readonly about: string
  /** Which one: a path, a name. */
  readonly name: string
  /**
   * `ok`; `note`: worth to know, and nothing to do here; `left over` by a process that has ended; `removed`, with
   * --fix; `fault`: something keeps Signalbox from working.
   */
  readonly state: 'ok' | 'note' | 'left over' | 'removed' | 'fault'
  /** A sentence: what is the matter, and what to do. */
  readonly says: string
}

/** Whether somebody has to do something about it. */
export function isTrouble({ state }: Finding): boolean {
  return state === 'left over' || state === 'fault'
}
