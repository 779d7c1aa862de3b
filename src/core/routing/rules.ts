import type { Candidate } from './candidate.js'
import { type Need, USUAL_SIZE } from './need.js'

/** Why a candidate cannot serve, in one sentence without a subject's name; undefined when it can. */
type Objection = (need: Need, candidate: Candidate) => string | undefined

/** What no cost and no preference outweighs, by name, in the order in which it is asked. */
const objections = {
  availability: (_need, { unavailable }) => unavailable,
  never: ({ never = [] }, { transport }) =>
    never.includes(transport) ? 'the configuration says never to use it' : undefined,
  only: ({ only = [] }, { transport }) =>
    only.length === 0 || only.includes(transport)
      ? undefined
      : `the configuration allows only ${only.join(', ')}`,
  reach: ({ locality }, { capabilities: { reach } }) => {
    if (locality === 'same-process' || reach === 'network') return undefined
    if (locality === 'same-machine' && reach !== 'process') return undefined
    return `it reaches as far as the ${reach}, and the peer is ${locality}`
  },
  delivery: ({ delivery }, { capabilities }) =>
    delivery === 'best-effort' || capabilities.delivery === 'reliable' ? undefined : 'it may lose frames',
  ordering: ({ ordered = true }, { capabilities }) =>
    capabilities.ordered || !ordered ? undefined : 'it may reorder frames',
  direction: ({ delivery }, { capabilities: { direction } }) =>
    direction === 'duplex' || delivery === 'best-effort'
      ? undefined
      : 'it carries one way only, and nothing could be acknowledged',
  group: ({ group = false }, { capabilities }) => {
    if (group) return capabilities.group === 'none' ? 'each send reaches one receiver only' : undefined
    return capabilities.group === 'always' ? 'each send reaches everybody' : undefined
  },
  size: ({ group = false, delivery, size = USUAL_SIZE }, { capabilities: { maxFrame } }) =>
    size > maxFrame && (group || delivery === 'best-effort')
      ? `its frames have at most ${maxFrame} B, and only links cut ${size} B into several`
      : undefined,
  identity: ({ identity = false }, { capabilities }) =>
    identity && capabilities.identity !== 'kernel'
      ? 'the operating system does not vouch for who the peer is'
      : undefined,
  encryption: ({ encryption = false, locality }, { capabilities: { encrypted = false } }) =>
    encryption && locality === 'elsewhere' && !encrypted
      ? 'what it carries between machines can be read on the way'
      : undefined,
  consent: ({ prefer = [], only = [] }, { transport, capabilities: { auto } }) =>
    auto || prefer.includes(transport) || only.includes(transport)
      ? undefined
      : 'it is used only where the configuration names it',
} satisfies Record<string, Objection>

/** The name of a hard rule. */
export type Rule = keyof typeof objections

const rules = Object.entries(objections) as readonly (readonly [Rule, Objection])[]

/** All of them, in the order in which they are asked. */
export const ruleNames: readonly Rule[] = rules.map(([name]) => name)

/** The first rule that forbids `candidate`, and why; undefined where none does. */
export function brokenRule(need: Need, candidate: Candidate): { rule: Rule; because: string } | undefined {
  for (const [rule, objection] of rules) {
    const because = objection(need, candidate)
    if (because !== undefined) return { rule, because }
  }
  return undefined
}
