import type { ConformanceCase } from '../conformance-case.js'
import { abortCases } from './abort-cases.js'
import { backPressureCases } from './back-pressure-cases.js'
import { closingCases } from './closing-cases.js'
import { descriptorCases } from './descriptor-cases.js'
import { frameCases } from './frame-cases.js'
import { lendingCases } from './lending-cases.js'
import { limitCases } from './limit-cases.js'
import { linkCreditCases } from './link-credit-cases.js'
import { linkDeathCases } from './link-death-cases.js'
import { linkHandshakeCases } from './link-handshake-cases.js'
import { linkMessageCases } from './link-message-cases.js'
import { linkOutcomeCases } from './link-outcome-cases.js'
import { listenerCases } from './listener-cases.js'
import { measuredCases } from './measured-cases.js'
import { nameCases } from './name-cases.js'
import { peerDeathCases } from './peer-death-cases.js'
import { resourceCases } from './resource-cases.js'
import { sinkCases } from './sink-cases.js'

/** Everything that a transport has to keep, bare and under a link, the plain before the harsh. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...descriptorCases,
  ...measuredCases,
  ...listenerCases,
  ...nameCases,
  ...abortCases,
  ...frameCases,
  ...limitCases,
  ...lendingCases,
  ...sinkCases,
  ...backPressureCases,
  ...closingCases,
  ...peerDeathCases,
  ...linkMessageCases,
  ...linkOutcomeCases,
  ...linkCreditCases,
  ...linkHandshakeCases,
  ...linkDeathCases,
  ...resourceCases,
]
