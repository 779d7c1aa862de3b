// A node in a process of its own: `node.js <name> <configuration as JSON> <same|other> <cwd>`. With `other` it
// means something else by one of its contracts. Told over IPC:
//   'close'  closes the node and lets go of the channel: the process must end by itself
//   'exit'   calls process.exit with the node open
//   'visit <node>'  writes a note to the desk of that node
import { type ConfigInput, startNode } from 'signalbox'
import { Desk, Helm, Level, quirk, Slow, Ticked } from './desk.js'

export type Order = 'close' | 'exit' | `visit ${string}`

/** What the peer tells once: that its node is there, or why it is not. */
export type Report =
  | { readonly ready: true }
  | { readonly ready: false; readonly code: string; readonly why: string }

const [name = 'peer', config = '{}', notion = 'same', cwd = '.'] = process.argv.slice(2)
const notes = new Map<string, number[]>()
let release: () => void = () => {}
const released = new Promise<void>(resolve => {
  release = resolve
})
let taken = 0
let published = 0

try {
  const node = await startNode({ name, cwd, config: JSON.parse(config) as ConfigInput })
  await node.spawn(Desk, () => ({
    noted({ by, number }) {
      const numbers = notes.get(by) ?? []
      numbers.push(number)
      notes.set(by, numbers)
    },
    seen: by => notes.get(by) ?? [],
    echo: text => text,
    never: () => new Promise<string>(() => {}),
  }))
  await node.spawn(
    Slow,
    () => ({
      async taken() {
        await released
        taken++
      },
    }),
    { mailbox: { limit: 10, overflow: 'block' } },
  )
  await node.spawn(Helm, () => ({
    release,
    taken: () => taken,
    published: () => published,
    publish(count) {
      void (async () => {
        for (let tick = 1; tick <= count; tick++) published += (await node.publish(Ticked, tick)).accepted
      })()
    },
    provide: value => node.provide(Level.of('a'), value),
    async write({ to, count }) {
      const desk = node.ref(Desk, to)
      let told = 0
      for (let number = 1; number <= count; number++) if (desk.tell.noted({ by: name, number })) told++
      return told
    },
  }))
  const Quirk = quirk(notion !== 'other')
  await node.spawn(Quirk, () => ({ odd() {}, even: text => text }))
  process.on('message', (order: Order) => {
    if (order === 'exit') process.exit(7)
    if (order !== 'close') {
      node.ref(Desk, `signalbox://${order.slice(6)}/desk`).tell.noted({ by: name, number: 0 })
      return
    }
    void node.close().then(() => process.disconnect())
  })
  tell({ ready: true })
} catch (error) {
  const { code, message } = error as Error & { code: string }
  tell({ ready: false, code, why: message })
  process.disconnect()
}

function tell(report: Report): void {
  process.send?.(report)
}
