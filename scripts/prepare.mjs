// What `npm run demo` and `npm test` need before they start, from a clone in which nothing was
// installed: packages and a build, and for `test` Wine and the compilers of foreign peers as well.
// Uses nothing but Node itself. Does nothing, quickly, when all is there.
import { buildForeign } from './build-foreign.mjs'
import { buildAll } from './setup/build.mjs'
import { bundleForWindows } from './setup/bundle.mjs'
import { ensureInstalled } from './setup/install.mjs'
import { SetupError, say } from './setup/project.mjs'
import { prepareTestEnvironment } from './setup/test-environment.mjs'

/** @type {Record<string, Array<() => unknown>>} */
const preparations = {
  install: [ensureInstalled],
  build: [ensureInstalled, buildAll],
  demo: [ensureInstalled, buildAll],
  wine: [ensureInstalled, prepareTestEnvironment],
  test: [ensureInstalled, prepareTestEnvironment, buildForeign, buildAll, bundleForWindows],
}

const purpose = process.argv[2] ?? ''
const steps = preparations[purpose]
if (!steps) {
  say(`prepare.mjs knows no purpose '${purpose}'; give one of ${Object.keys(preparations).join(', ')}.`)
  process.exit(2)
}
try {
  for (const step of steps) await step()
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  say(error.message)
  process.exitCode = 1
}
