#!/usr/bin/env node
import { exitCodeOf, explain } from './exit.js'
import { createProgram } from './program.js'

// A reader that has seen enough, as `head` has, is no fault.
process.stdout.on('error', () => {})

try {
  await createProgram().parseAsync()
} catch (error) {
  explain(error)
  // Not process.exit: what was written to a pipe may still be on its way.
  process.exitCode = exitCodeOf(error)
}
