import type { Breakage } from '../peers/breaking-hooks.js'

/** A part of the link that is broken on purpose, so that the simulation shows whether it would find that. */
export interface KnownBreakage extends Breakage {
  readonly what: string
  /** Schedules within which it must be found. */
  readonly within: number
}

// Some twenty times as many schedules as it takes on average.
export const QUICKLY = 500
const SOON = 5000
const IN_THE_END = 20_000

/** Breaks one module: pairs of what its build says and what it says instead. */
const broken = (
  what: string,
  within: number,
  file: string,
  ...edits: readonly (readonly [right: string, wrong: string])[]
): KnownBreakage => ({ what, within, file: `core/${file}.js`, edits })

/** One for each rule of the link that keeps what an application is promised. */
export const breakages: readonly KnownBreakage[] = [
  broken('[I1] the session with an earlier life of the peer goes on', SOON, 'link/session-registry', [
    'older?.abort(',
    'if (sameLife) older?.abort(',
  ]),
  broken('[I3] what is unknown is reported as rejected', SOON, 'link/outbound-lane', [
    "{ status: 'unknown', error: unknown }",
    "{ status: 'rejected', error: unknown }",
  ]),
  broken('[I4] a message that comes before its time is accepted at once', QUICKLY, 'link/inbound-lane', [
    'if (!isNext) {',
    'if (false) {',
  ]),
  broken('[I6] what a dead track owes does not go first', SOON, 'link/track-set', [
    'return this.#owed.length === 0 ? this.#usable[0] : undefined;',
    'return this.#usable[0];',
  ]),
  broken('[I6] what a dead track owes is never sent again', QUICKLY, 'link/track-set', [
    'from.settled && owed.resend(primary)',
    'from.settled',
  ]),
  broken(
    '[I6] the announcement of a dead track is lost with the track that carried it',
    IN_THE_END,
    'link/track-set',
    ["announcement.on.state !== 'retired'", 'true'],
  ),
  broken('[I6] a received frame is not counted', QUICKLY, 'link/counted-track', [
    'this.#received++;',
    'if (length < 100) this.#received++;',
  ]),
  broken('[I7] credit for bytes is not looked at', QUICKLY, 'link/outbound-lane', [
    'if (this.#credit.bytes < left)',
    'if (false)',
  ]),
  broken('[I7] credit is granted anew, not in total', QUICKLY, 'link/outbound-lane', [
    'this.#credit.raise(messages, bytes);',
    'this.#credit.raise(messages + 1, bytes);',
  ]),
  broken('[I8] a session has no deadline to resume', QUICKLY, 'link/session-tracks', [
    'this.clock.after(ms, ',
    'this.clock.after(1000 * ms, ',
  ]),
  broken('[I8] a frame is sent again that the peer had received', QUICKLY, 'link/counted-track', [
    'this.replay.drop(count - this.#confirmed);',
    'this.replay.drop(Math.max(0, count - this.#confirmed - 1));',
  ]),
  broken('[I8] frames are not copied before their room is used again', QUICKLY, 'link/stream-track', [
    'this.inPlace.beforeReuse(listener);',
    '',
  ]),
  broken('[I9] both of two dials win', SOON, 'link/session-registry', [
    'if (dial !== undefined && dial.epoch >= theirs.epoch && this.#isLower(theirs))',
    'if (false)',
  ]),
  broken('[I10] an old session is not fenced by a new one', QUICKLY, 'link/session-registry', [
    'older?.abort(new SignalboxError(',
    'void (new SignalboxError(',
  ]),
  broken(
    '[I10] an outdated hello is taken',
    IN_THE_END,
    'link/session-registry',
    [
      'if (peer.incarnation === hex(theirs.incarnation) && theirs.epoch <= begun)',
      'if (peer.incarnation === hex(theirs.incarnation) && theirs.epoch === begun)',
    ],
    ['if (incarnation === hex(theirs.incarnation) && epoch < begun)', 'if (false)'],
  ),
  broken('[I11] who stood still accuses the peer of silence', SOON, 'link/heartbeat', [
    'const stalled = now - this.#due > this.interval;',
    'const stalled = false;',
  ]),
  broken('[I11] silence is never noticed', SOON, 'link/heartbeat', [
    'if (silence > TOLERATED * this.theirs)',
    'if (false)',
  ]),
  broken('a frame that a lossy track repeats is delivered twice', SOON, 'tracks/receiving-window', [
    'if (sequence < this.#next || this.#early.has(sequence)) {',
    'if (this.#early.has(sequence)) {',
  ]),
  broken('a frame is taken while another one still leaves in cells', SOON, 'tracks/fragmented', [
    'if (this.#rest !== undefined || this.#over',
    'if (this.#over',
  ]),
  broken('a damaged packet is taken', SOON, 'tracks/reliable-packet', [
    'packet.readUInt32BE(0) !== crc32(packet.subarray(4))',
    'false',
  ]),
  broken('a stream that ends in a header loses its place', SOON, 'link/stream-track', [
    'while (this.#filled < PREFIX && at < pieceEnd)',
    'while (at < pieceEnd && this.#filled < PREFIX - 1)',
  ]),
]
