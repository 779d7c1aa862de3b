/**
 * The honest description of a mechanism: the only thing that the selector and the link know about
 * a transport. The conformance suite measures what can be measured, and fails a transport that
 * claims otherwise.
 */
export interface Capabilities {
  /** How far it carries. */
  readonly reach: 'process' | 'session' | 'machine' | 'network'
  /** Whether what was sent arrives as long as both ends live. */
  readonly delivery: 'reliable' | 'lossy'
  /** Whether what arrives, arrives in the order of sending. */
  readonly ordered: boolean
  /** `simplex`: from the side that connected to the one that listens, whose `send` says `full`; two of them make a pair. */
  readonly direction: 'duplex' | 'simplex'
  /** Whether one send can reach several receivers. `always`: each send reaches all, and none a single one. */
  readonly group: 'none' | 'broadcast' | 'multicast' | 'always'
  /** The largest frame, in bytes, that a fresh connection takes; `Infinity` where nothing limits it. */
  readonly maxFrame: number
  /** `stream`: bytes arrive in pieces of any size, and the link frames them. */
  readonly boundaries: 'message' | 'stream'
  /** Whether a reader that stops makes `send` say `full`, or the link's credit has to do it alone. */
  readonly flowControl: 'track' | 'none'
  /** How the two ends find each other: by name, introduced by a third party, or always there. */
  readonly rendezvous: 'name' | 'introduced' | 'ambient'
  /** What a successful `connect` proves. */
  readonly connectProves: 'listener' | 'nothing'
  /** How the end of the peer is noticed. */
  readonly close: 'mechanism' | 'watch' | 'heartbeat'
  /** What two listeners on one name get: the second is refused, or they share. */
  readonly names: 'exclusive' | 'shared'
  /** Who vouches for the peer's pid and user. */
  readonly identity: 'kernel' | 'claimed' | 'none'
  /** Whether what was sent outlives both processes. */
  readonly persistent: boolean
  /** Whether the person at the machine notices it (the clipboard). */
  readonly userVisible: boolean
  /** Whether the selector may choose it unasked. */
  readonly auto: boolean
  /** Whether everything else that would do is better, whatever it costs. @default false */
  readonly lastResort?: boolean
  /** Whether nobody between the two ends can read what it carries. @default false: this machine's kernel can */
  readonly encrypted?: boolean
  /** Where it exists. */
  readonly platforms: readonly NodeJS.Platform[]
}
