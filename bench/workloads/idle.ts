import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as passing } from 'node:timers/promises'
import type { Work } from '../pair/work.js'

/** ms after they met until nothing of that is left: timers that were cleared wake Node up once all the same. */
const SETTLING = 6000

/** Two ends that have met and say nothing, for `count` seconds: what the far one does all the same. */
export function idling(): Work {
  let met = 0
  return {
    payload: { kind: 'order' },
    answers: true,
    // For most of a minute after its start V8 would look every 8 s whether a collection pays, and make three.
    execArgv: ['--no-memory-reducer'],
    async prepare({ carrier, far, script }) {
      await far.begin(1)
      await carrier.ask(script.message(0))
      await far.complete()
      met = performance.now()
    },
    async run({ far, heartbeat }, count) {
      if (process.platform !== 'linux')
        throw new Error('what a process does while it is idle is read from /proc')
      await passing(Math.max(0, met + SETTLING - performance.now()))
      const before = activityOf(far.child?.pid)
      await passing(count * 1000)
      const after = activityOf(far.child?.pid)
      const cpu = after.cpu - before.cpu
      const wakeUps = after.wakeUps - before.wakeUps
      const beats = heartbeat === undefined ? 0 : beatsIn(count * 1000, heartbeat)
      return {
        count,
        time: count * 1000,
        measured: {
          ticks: Math.floor(cpu / TICK),
          cpu: cpu / 1e6,
          wakeUps,
          beats,
          unexplained: Math.max(0, wakeUps - beats),
        },
      }
    },
  }
}

/** How often a heartbeat wakes a process up in `time` ms, at most: by its own timer, and by what the peer says at each of its own. */
function beatsIn(time: number, interval: number): number {
  return 2 * Math.ceil(time / interval)
}

/** ns of a tick, the step in which the kernel tells CPU time. */
const TICK = 10_000_000

/**
 * What all threads of a process have done so far: ns of CPU, and how often they were woken up. Ticks are made of it here, because the
 * kernel's own tell when a step was completed, of which most may be older. Source: proc_pid_status(5), proc_pid_schedstat(5).
 */
function activityOf(pid: number | undefined): { cpu: number; wakeUps: number } {
  let cpu = 0
  let wakeUps = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const told = (file: string) => readFileSync(`/proc/${pid}/task/${thread}/${file}`, 'utf8')
    cpu += Number(told('schedstat').split(' ')[0])
    wakeUps += Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(told('status'))?.[1])
  }
  return { cpu, wakeUps }
}
