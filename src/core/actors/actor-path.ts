import { parseAddress, SignalboxError } from '../contracts/index.js'

/** Where an actor is. */
export interface ActorPath {
  readonly node: string
  readonly actor: string
  /** The whole path: `signalbox://shop/cashier`. */
  readonly path: string
}

const SCHEME = 'signalbox'

/**
 * Reads `signalbox://<node>/<actor>`, or the bare name of an actor of this node.
 * @throws SignalboxError `ADDRESS_INVALID`
 */
export function parseActorPath(text: string, self: string): ActorPath {
  if (!text.includes('://')) return { node: self, actor: text, path: formatActorPath(self, text) }
  const { scheme, host, path } = parseAddress(text)
  if (scheme !== SCHEME || host === '' || path === '') {
    throw new SignalboxError(
      'ADDRESS_INVALID',
      `${text} is no actor's path; it looks like ${SCHEME}://<node>/<actor>`,
    )
  }
  const node = decodeURIComponent(host)
  return { node, actor: path, path: formatActorPath(node, path) }
}

/** Writes the path of an actor. */
export function formatActorPath(node: string, actor: string): string {
  return `${SCHEME}://${encodeURIComponent(node)}/${actor.split('/').map(encodeURIComponent).join('/')}`
}
