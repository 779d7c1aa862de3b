// What README.md does not say in its own words: the table of transports, from their descriptors, and the
// examples, from their files. Run after a build: npm run readme
import { readFileSync, writeFileSync } from 'node:fs'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'

const TABLE = /(<!-- transports: .*? -->\n)[\s\S]*?(\n<!-- end of transports -->)/
const EXAMPLE = /```ts\n\/\/ (examples\/[\w/.-]+)\n[\s\S]*?```/g
const root = new URL('../', import.meta.url)

const PLATFORMS = { win32: 'Windows', linux: 'Linux', darwin: 'macOS' }
const VOUCHERS = { kernel: 'the kernel', claimed: 'its claim', none: 'the secret alone' }

const HEADINGS = [
  'Transport',
  'Good for',
  'Reach',
  'Frames',
  'Peer is known by',
  'A second listener',
  'Platforms',
]

/**
 * The table, as Markdown.
 * @param {readonly import('signalbox').AnyTransport[]} transports
 */
function renderTable(transports) {
  const rows = transports.map(transport => {
    const { reach, boundaries, identity, names, platforms } = transport.describe(
      transport.nodeAddress('default', 'node'),
    )
    return [
      `\`${transport.name}\``,
      transport.summary,
      reach,
      boundaries,
      VOUCHERS[identity],
      names === 'exclusive' ? 'is refused' : 'shares the name',
      Object.entries(PLATFORMS)
        .filter(([platform]) => platforms.some(name => name === platform))
        .map(([, name]) => name)
        .join(', '),
    ]
  })
  return [HEADINGS, HEADINGS.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

/**
 * The README as it ought to be.
 * @param {string} readme
 * @param {readonly import('signalbox').AnyTransport[]} transports
 */
export function completed(readme, transports) {
  return readme
    .replace(TABLE, (_, begin, end) => `${begin}\n${renderTable(transports)}\n${end}`)
    .replace(EXAMPLE, (_, file) => `\`\`\`ts\n// ${file}\n${readFileSync(new URL(file, root), 'utf8')}\`\`\``)
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { anonymousPipe } = await import('signalbox/transports/anonymous-pipe')
  const { broadcastRing } = await import('signalbox/transports/broadcast-ring')
  const { dll } = await import('signalbox/transports/dll')
  const { fileMapping } = await import('signalbox/transports/file-mapping')
  const { mailslot } = await import('signalbox/transports/mailslot')
  const { memory } = await import('signalbox/transports/memory')
  const { namedPipe } = await import('signalbox/transports/named-pipe')
  const { sharedMemory } = await import('signalbox/transports/shared-memory')
  const { tcp } = await import('signalbox/transports/tcp')
  const { worker } = await import('signalbox/transports/worker')
  const readme = new URL('README.md', root)
  const transports = [
    memory(),
    worker(),
    namedPipe(),
    anonymousPipe(),
    sharedMemory(),
    fileMapping(),
    tcp(),
    mailslot(),
    dll(),
    broadcastRing(),
  ]
  writeFileSync(readme, completed(readFileSync(readme, 'utf8'), transports))
}
