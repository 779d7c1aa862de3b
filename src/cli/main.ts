#!/usr/bin/env node
import { exitCodeOf, explain } from './exit.js'
import { createProgram } from './program.js'

try {
  await createProgram().parseAsync()
} catch (error) {
  explain(error)
  // Not process.exit: what was written to a pipe may still be on its way.
  process.exitCode = exitCodeOf(error)
}
