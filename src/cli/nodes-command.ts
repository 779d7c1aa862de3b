import { Directory } from '../core/node/directory.js'
import { processTable } from '../native/process-table.js'
import { cliContext } from './cli-context.js'
import { renderTable } from './table.js'

interface NodesOptions {
  readonly json?: boolean
  readonly namespace?: string
}

/** `signalbox nodes`: what the directory says. */
export async function nodesCommand(options: NodesOptions): Promise<void> {
  const { config, context } = await cliContext()
  const namespace = options.namespace ?? config.namespace
  const { runtimeFolder: folder, log } = context
  const directory = new Directory({ folder, namespace, processes: processTable, log })
  const entries = await directory.entries()
  if (options.json) {
    for (const entry of entries) process.stdout.write(`${JSON.stringify(entry)}\n`)
  } else if (entries.length === 0) {
    process.stderr.write(`no node of namespace ${namespace} runs here (${folder})\n`)
  } else {
    const rows = entries.map(({ name, pid, started, addresses }) => [
      name,
      String(pid),
      started,
      addresses.join('\n'),
    ])
    process.stdout.write(`${renderTable(['node', 'pid', 'started', 'addresses'], rows)}\n`)
  }
}
