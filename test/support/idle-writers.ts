const heardByIdleWriters = [
  'a connection that arrives while nobody is subscribed is closed',
  'the name of a killed listener finds nobody, and can be used again',
  'abort ends a connection at once, also against a peer that does not read, and reports its error',
  'closed tells the survivor when an idle peer is killed, whoever had connected',
]

/**
 * The conformance cases in which an end that only writes, and has nothing to write, hears that its reader is gone: faults of
 * a system that does not tell it.
 */
export function untoldIdleWriters(reason: string): Record<string, string> {
  return Object.fromEntries(heardByIdleWriters.map(name => [name, reason]))
}
