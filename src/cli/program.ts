import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { reasonOf } from '../core/contracts/index.js'
import type { Requirements } from '../core/routing/index.js'
import { complain } from './exit.js'
import { needOf, needWords } from './need-words.js'

const rawHelp = `
With --raw the transport is used alone, without Signalbox's handshake, and the name in the address is
the system's own: named-pipe://./orders is the pipe \\\\.\\pipe\\orders, or the socket orders.sock in the
runtime folder, and mailslot://./orders is \\\\.\\mailslot\\orders. Where the mechanism carries a stream of
bytes, a raw frame is a line; elsewhere it is a message. file-mapping://./orders.journal?journal is the file
orders.journal, to which frames are appended, and which is read from where consumer=<name> stopped.`

const sendHelp = `
What is sent:
  text     the text, as one frame
  @file    the bytes of that file, as one frame
  -        what comes on stdin: each line is a frame
On a stream, a raw frame that does not end in a line feed gets one.
${rawHelp}`

const doctorHelp = `
Without --fix it only tells. What belongs to a living process, or to another user, is never touched.
Exits with 0 when nothing is wrong or left over (any more), else with 1.`

const exitHelp = `
Exits with 0 when it is done, 1 when it failed, 2 when it was called wrongly.`

/** The `signalbox` command with all it can do. Its parser throws CommanderError where it would exit. */
export function createProgram(): Command {
  const program = new Command('signalbox')
    .description('Looks at, listens to and talks over the transports of Signalbox.')
    .version(version())
    .addHelpText('after', exitHelp)
    .exitOverride()
    .configureOutput({ outputError: text => complain(sentence(text)) })

  // Each command loads what it needs when it is called: starting is most of what it does.
  program
    .command('transports')
    .description('lists the transports, and which of them this machine has')
    .option('--json', 'one JSON object a line; a limit of null is none')
    .action(async options => (await import('./transports-command.js')).transportsCommand(options))
  program
    .command('listen')
    .description('prints the frames that arrive at an address, from any number of peers')
    .argument('<address>', 'such as tcp://127.0.0.1:0 or named-pipe://./orders')
    .option('--raw', 'use the transport alone')
    .option('--hex', 'print bytes in hexadecimal; without it they are read as UTF-8')
    .option('--json', 'one JSON object a line, with the field text, or hex with --hex')
    .option('--count <n>', 'end after n frames', positiveInteger)
    .addHelpText('after', rawHelp)
    .action(async (address, options) => (await import('./listen-command.js')).listenCommand(address, options))
  program
    .command('send')
    .description('sends frames to an address and ends when they are accepted')
    .argument('<address>', 'such as tcp://127.0.0.1:7000 or named-pipe://./orders')
    .argument('<text | @file | ->', 'what to send')
    .option('--raw', 'use the transport alone')
    .addHelpText('after', sendHelp)
    .action(async (address, what, options) =>
      (await import('./send-command.js')).sendCommand(address, what, options),
    )
  program
    .command('nodes')
    .description('lists the nodes of this user on this machine')
    .option('--json', 'one JSON object a line')
    .option('--namespace <name>', "instead of the configuration's")
    .action(async options => (await import('./nodes-command.js')).nodesCommand(options))
  program
    .command('explain')
    .description('tells which transport a message to a node takes, and why no other')
    .requiredOption('--to <node>', 'a node of this user on this machine, or one that the configuration names')
    .option('--size <bytes>', 'of the message; without it, it is a small one', positiveInteger)
    .option('--need <words>', `with commas: ${needWords.join(', ')}`, needed)
    .option('--namespace <name>', "instead of the configuration's")
    .option('--json', 'one JSON object')
    .action(async options => (await import('./explain-command.js')).explainCommand(options))
  program
    .command('calibrate')
    .description(
      'measures what messages cost over the transports of this machine, for its nodes to choose by',
    )
    .argument('[transports...]', 'instead of all that are used unasked; what was measured of others is kept')
    .option('--json', 'one JSON object a line: microseconds, and bytes per second')
    .action(async (names, options) =>
      (await import('./calibrate-command.js')).calibrateCommand(names, options),
    )
  program
    .command('doctor')
    .description('looks for what keeps Signalbox from working, and for what killed processes left behind')
    .option('--fix', "remove what is left of this user's processes that have ended")
    .option('--json', 'one JSON object a line')
    .addHelpText('after', doctorHelp)
    .action(async options => (await import('./doctor-command.js')).doctorCommand(options))
  return program
}

function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1 on.')
  return Number(text)
}

function needed(text: string): Requirements {
  try {
    return needOf(text.split(','))
  } catch (error) {
    throw new InvalidArgumentError(reasonOf(error))
  }
}

/** `error: unknown command 'lisen'\n(Did you mean listen?)` as one sentence that says where to look. */
function sentence(text: string): string {
  return `${text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ')} See signalbox --help.`
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return String((JSON.parse(manifest) as { version: string }).version)
}
