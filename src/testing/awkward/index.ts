/** Transports within one process that lack what links need, each in another way, with true descriptors. */
export { type BlockingSendOptions, blockingSend } from './blocking-send.js'
export { broadcastOnly } from './broadcast-only.js'
export { type LossyOptions, lossy } from './lossy.js'
export { noCloseNotice } from './no-close-notice.js'
export { simplex } from './simplex.js'
export { singleSlot } from './single-slot.js'
export { tinyFrames } from './tiny-frames.js'
