// A process of the census. Which node it runs is its one argument; which transport that uses comes from
// the environment or the configuration file, as for any program with Signalbox.
import { once } from 'node:events'
import { startRole } from './role.js'

const [, , name = ''] = process.argv

// Ctrl-C reaches every process of a terminal: this one ends when its parent lets go of it, or is gone.
process.on('SIGINT', () => {})
const released = once(process, 'disconnect')

await using _node = await startRole(name)
process.send?.('ready')
await released
