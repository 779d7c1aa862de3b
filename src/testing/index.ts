export * from './conformance/index.js'
export { poisoned } from './poisoned.js'
export { createTestContext } from './test-context.js'
