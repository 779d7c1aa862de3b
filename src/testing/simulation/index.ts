export { DeliveryModel } from './delivery-model.js'
export { formatScript, parseScript, type Script, type Step, type StepKind, scriptOf } from './script.js'
export {
  type FrameWatch,
  type Mishap,
  ScriptedConnection,
  type TrackKind,
  type TrackOptions,
} from './scripted-connection.js'
export { ScriptedNetwork } from './scripted-network.js'
export { shrink } from './shrink.js'
export { type Findings, simulate } from './simulation.js'
