// Starts a process that speaks on both of its streams, of which it has only the second one from here.
import { spawnInheriting } from 'signalbox/transports/shared-memory'

const program = 'process.stdout.write("said\\n"); process.stderr.write("complained\\n")'
const started = spawnInheriting(process.execPath, [], () => ['-e', program], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
process.exitCode = (await started.exited) === 0 ? 0 : 1
