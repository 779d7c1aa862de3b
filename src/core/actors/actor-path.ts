import { parseAddress, SignalboxError } from '../contracts/index.js'

/** Where an actor is. */
export interface ActorPath {
  readonly node: string
  readonly actor: string
  /** The whole path: `signalbox://shop/cashier`. */
  readonly path: string
}

const SCHEME = 'signalbox'
/** Characters of an actor's name: longer ones fit no label of a lane. */
const LONGEST = 255
/** Names that stand in a path as they are. */
const SIMPLE = /^[a-z0-9_-]+$/i

/**
 * Reads `signalbox://<node>/<actor>`, or the bare name of an actor of this node.
 * @throws SignalboxError `ADDRESS_INVALID`
 */
export function parseActorPath(text: string, self: string): ActorPath {
  if (!text.includes('://')) return { node: self, actor: text, path: formatActorPath(self, text) }
  const { scheme, host, port, path } = parseAddress(text)
  const node = decoded(host)
  if (scheme !== SCHEME || node === '' || node === undefined || port !== undefined || path === '') {
    const why = `it is no actor's path, which looks like ${SCHEME}://<node>/<actor>`
    throw new SignalboxError('ADDRESS_INVALID', `${text}: ${why}`)
  }
  return { node, actor: path, path: formatActorPath(node, path) }
}

/** Writes the path of an actor. @throws SignalboxError `ADDRESS_INVALID` for a name that cannot be part of one */
export function formatActorPath(node: string, actor: string): string {
  assertActorName(actor)
  return `${SCHEME}://${encoded(node)}/${SIMPLE.test(actor) ? actor : actor.split('/').map(encoded).join('/')}`
}

/**
 * A name is one or more parts joined by `/`, none of them empty, `.` or `..`: those mean something else in a path.
 * @throws SignalboxError `ADDRESS_INVALID`
 */
export function assertActorName(actor: string): void {
  if (SIMPLE.test(actor) && actor.length <= LONGEST) return
  const parts = actor.split('/')
  const fault =
    actor.length > LONGEST
      ? `longer than ${LONGEST} characters`
      : parts.some(part => part === '' || part === '.' || part === '..')
        ? "empty, '.' or '..' in one of its parts"
        : /[\0\p{Surrogate}]/u.test(actor)
          ? 'not a text that can be written'
          : undefined
  if (fault === undefined) return
  throw new SignalboxError(
    'ADDRESS_INVALID',
    `actor ${JSON.stringify(actor.slice(0, 80))}: its name is ${fault}`,
  )
}

function encoded(name: string): string {
  return SIMPLE.test(name) ? name : encodeURIComponent(name)
}

function decoded(host: string): string | undefined {
  try {
    return decodeURIComponent(host)
  } catch {
    return undefined // it is not valid percent-encoding
  }
}
