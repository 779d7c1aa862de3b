import type { Observable } from 'rxjs'
import type { Endpoint, Packet } from '../contracts/index.js'

/** What arrives at an endpoint, each packet valid until the observer returns: whoever keeps one copies it. */
export function heardBy({ lent$, packets$ }: Endpoint): Observable<Packet> {
  return lent$ ?? packets$
}
