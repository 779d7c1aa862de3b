// What README.md does not say in its own words: the table of transports, from their descriptors, and the
// examples, from their files. Run after a build: npm run readme
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
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
      nameOf(transport.name),
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
 * With a link to its page, where there is one.
 * @param {string} transport
 */
function nameOf(transport) {
  const page = `docs/${transport}.md`
  return existsSync(new URL(page, root)) ? `[\`${transport}\`](${page})` : `\`${transport}\``
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
  const { builtinTransports } = await import('#dist/composition/builtin-transports.js')
  const readme = new URL('README.md', root)
  writeFileSync(readme, completed(readFileSync(readme, 'utf8'), builtinTransports()))
}
