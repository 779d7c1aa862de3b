import { readFileSync } from 'node:fs'
import { setTimeout as passing } from 'node:timers/promises'
import type { Work } from '../pair/work.js'

/** ms until both have gone to sleep after what they said last. */
const SETTLING = 500

/** Two ends that have met and say nothing, for `count` seconds: what the far one does all the same. */
export const idle: Work = {
  payload: { kind: 'order' },
  answers: true,
  async run({ carrier, far, script, heartbeat }, count) {
    if (process.platform !== 'linux')
      throw new Error('what a process does while it is idle is read from /proc')
    await far.begin(1)
    await carrier.ask(script.message(0)) // so that they have met
    await far.complete()
    await passing(SETTLING)
    const before = activityOf(far.child?.pid)
    await passing(count * 1000)
    const after = activityOf(far.child?.pid)
    const wakeUps = after.wakeUps - before.wakeUps
    const beats = heartbeat === undefined ? 0 : beatsIn(count * 1000, heartbeat)
    return {
      count,
      time: count * 1000,
      measured: {
        ticks: after.ticks - before.ticks,
        wakeUps,
        beats,
        unexplained: Math.max(0, wakeUps - beats),
      },
    }
  },
}

/** How often a heartbeat wakes a process up in `time` ms, at most: by its own timer, and by what the peer says at each of its own. */
function beatsIn(time: number, interval: number): number {
  return 2 * Math.ceil(time / interval)
}

/** What a process has done so far. Source: proc_pid_stat(5), proc_pid_status(5). */
function activityOf(pid: number | undefined): { ticks: number; wakeUps: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is the program's name, which may contain anything; the third follows its parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const switches = /^voluntary_ctxt_switches:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return { ticks: Number(fields[11]) + Number(fields[12]), wakeUps: Number(switches?.[1]) }
}
