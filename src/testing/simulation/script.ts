import { SeededRandom } from '../seeded-random.js'

/** How often each kind of step is taken, beside the others, on average. */
const WEIGHTS = {
  /** Frames arrive: which end, and how many. */
  deliver: 40,
  /** A node sends a message. */
  send: 24,
  /** A receiver that took its time accepts. */
  decide: 6,
  /** A further track joins. */
  join: 6,
  /** A node begins a session. */
  dial: 4,
  /** A lane is opened, or ended. */
  lane: 3,
  /** Time passes. */
  time: 5,
  /** What is on its way on a track is held up, or let go. */
  hold: 2,
  /** Something happens to a packet of a lossy track. */
  suffer: 10,
  /** A track is cut; nobody is told. */
  cut: 4,
  /** An end of a track that was cut notices. */
  notice: 4,
  /** A track is drained. */
  retire: 1,
  /** A node stands still, or goes on. */
  pause: 2,
  /** A node dies and starts anew. */
  restart: 0.15,
  /** A node says goodbye. */
  close: 0.15,
} as const

export type StepKind = keyof typeof WEIGHTS

/** One step. What `chance` picks depends on what there is to pick from, so that a script stays valid without some of its steps. */
export interface Step {
  readonly kind: StepKind
  readonly chance: number
}

/** A whole run: what nodes and tracks are like, and what happens. */
export interface Script {
  readonly settings: number
  readonly steps: readonly Step[]
}

const KINDS = Object.keys(WEIGHTS) as StepKind[]
/** Without these nothing happens. */
const STEADY: readonly StepKind[] = ['deliver', 'send']
/** By how much more often than on average a kind of step is taken. */
const MOODS = [0, 0.5, 1, 1, 3]

/**
 * The script of a seed. It begins with a session and some tracks; the rest is chance. Each script has its own preferences among the
 * faults, because some need many of one kind, and others the absence of what would heal them (Groce et al., "Swarm
 * testing", 2012).
 */
export function scriptOf(seed: number): Script {
  const random = new SeededRandom(seed)
  const opening: Step[] = []
  const dials = 1 + random.below(2)
  for (let count = 0; count < dials; count++) opening.push({ kind: 'dial', chance: random.below(2) })
  const deliver = (times: number): void => {
    for (let count = 0; count < times; count++) opening.push({ kind: 'deliver', chance: random.below(1000) })
  }
  deliver(6)
  for (let joins = random.below(4); joins > 0; joins--) {
    opening.push({ kind: 'join', chance: 0 })
    deliver(5)
  }
  const weights = KINDS.map(kind => {
    const mood = STEADY.includes(kind) ? 1 : (MOODS[random.below(MOODS.length)] ?? 1)
    return WEIGHTS[kind] * mood
  })
  const length = 20 + random.below(60)
  const rest = Array.from({ length }, () => ({
    kind: kindAt(random.next(), weights),
    chance: random.below(10_000),
  }))
  return { settings: seed, steps: [...opening, ...rest] }
}

/** A script as one line, that {@link parseScript} reads. */
export function formatScript(script: Script): string {
  return [script.settings, ...script.steps.map(({ kind, chance }) => `${kind}:${chance}`)].join(' ')
}

/** @throws Error for what {@link formatScript} did not write. */
export function parseScript(text: string): Script {
  const [settings, ...steps] = text.trim().split(/\s+/)
  return {
    settings: Number(settings),
    steps: steps.map(step => {
      const [kind, chance] = step.split(':')
      const known = KINDS.find(name => name === kind)
      if (known === undefined) throw new Error(`there is no step ${step}`)
      return { kind: known, chance: Number(chance) }
    }),
  }
}

/** @param point from 0 to 1, where to look among all kinds */
function kindAt(point: number, weights: readonly number[]): StepKind {
  let left = point * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [index, kind] of KINDS.entries()) {
    left -= weights[index] ?? 0
    if (left < 0) return kind
  }
  return 'deliver'
}
