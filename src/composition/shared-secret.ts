import type { Config } from './config/config.js'
import { userSecret } from './user-secret.js'

/**
 * What this node's peers must know: the configuration's secret, else the user's.
 * @throws SignalboxError like {@link userSecret}
 */
export async function sharedSecret(config: Pick<Config, 'secret' | 'runtimeFolder'>): Promise<Uint8Array> {
  return config.secret === undefined
    ? userSecret(config.runtimeFolder)
    : new TextEncoder().encode(config.secret)
}
