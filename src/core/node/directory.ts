import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { defer, distinctUntilChanged, type Observable, ReplaySubject, share, switchMap } from 'rxjs'
import { type Log, type ProcessTable, reasonOf, SignalboxError } from '../contracts/index.js'
import {
  type DirectoryEntry,
  ENTRY_SUFFIX,
  entryFileName,
  pathSegment,
  readEntry,
} from './directory-entry.js'
import { readOnChange } from './folder-watch.js'
import { CLAIM_SUFFIX, OwnedFiles } from './owned-file.js'
import { drafterOf, readWhole, removeWhole } from './shared-file.js'

/** Where a {@link Directory} is and what it needs. */
export interface DirectoryOptions {
  /** The runtime folder, which only this user may enter; the entries are in `nodes/<namespace>` below it. */
  readonly folder: string
  readonly namespace: string
  readonly processes: ProcessTable
  readonly log: Log
}

/** What a node tells of itself. */
export type NodeAnnouncement = Pick<DirectoryEntry, 'name' | 'incarnation' | 'addresses'>

/** A node's own entry, as long as it stands. */
export interface Announcement extends AsyncDisposable {
  readonly entry: DirectoryEntry
  /** Removes the entry, and nobody else's. Withdrawing twice is harmless. */
  withdraw(): Promise<void>
}

/**
 * How the nodes of one user on one machine find each other: a folder with one small file per node, and
 * no daemon. A file whose process is gone, by pid and start time, counts for nothing and is removed by
 * whoever comes across it. All processes must see the same process table: not those of two containers.
 */
export class Directory {
  /**
   * All entries now, and again whenever they change: a node was announced, withdrawn or swept. A crash
   * changes nothing here until somebody looks: its peers see it by their links. Watching begins with the
   * first subscriber, ends with the last, and does not keep the process alive. Errors with `SYSTEM`.
   */
  readonly changes$: Observable<readonly DirectoryEntry[]>
  readonly #folder: string
  readonly #namespace: string
  readonly #processes: ProcessTable
  readonly #log: Log
  readonly #files: OwnedFiles
  /** What is being read now. */
  readonly #reads = new Set<Promise<unknown>>()
  /** Files that were complained of. */
  readonly #unreadable = new Set<string>()

  constructor({ folder, namespace, processes, log }: DirectoryOptions) {
    this.#folder = join(folder, 'nodes', pathSegment(namespace))
    this.#namespace = namespace
    this.#processes = processes
    this.#log = log
    this.#files = new OwnedFiles(processes)
    this.changes$ = this.#watched().pipe(share({ connector: () => new ReplaySubject(1) }))
  }

  /**
   * Enters a node of this process.
   * @throws SignalboxError `NAME_TAKEN` when a living process has a node of this name; `CONFIG_INVALID`
   * when the name is empty or over 255 characters; `SYSTEM`
   */
  async announce({ name, incarnation, addresses }: NodeAnnouncement): Promise<Announcement> {
    const entry: DirectoryEntry = Object.freeze({
      name,
      namespace: this.#namespace,
      ...this.#files.self(),
      incarnation,
      addresses: Object.freeze([...addresses]),
      started: new Date().toISOString(),
    })
    const content = JSON.stringify(entry)
    const fault = readEntry(Buffer.from(content))
    if (typeof fault === 'string') {
      throw new SignalboxError('CONFIG_INVALID', `node ${JSON.stringify(name)} cannot be announced: ${fault}`)
    }
    const path = join(this.#folder, entryFileName(name))
    const owner = await this.#files.take(path, content)
    if (owner !== undefined) {
      const who = owner.pid === process.pid ? 'this process' : `process ${owner.pid}`
      throw new SignalboxError(
        'NAME_TAKEN',
        `node ${name}: ${who} has a node of this name in namespace ${this.#namespace}; stop it, or choose another name`,
      )
    }
    let withdrawn: Promise<void> | undefined
    const withdraw = () => {
      withdrawn ??= this.#withdraw(path, content)
      return withdrawn
    }
    return { entry, withdraw, [Symbol.asyncDispose]: withdraw }
  }

  /** The entry of a living node, or undefined. @throws SignalboxError `SYSTEM` */
  find(name: string): Promise<DirectoryEntry | undefined> {
    return this.#reading(async () => {
      const entry = await this.#read(entryFileName(name))
      return entry?.name === name ? entry : undefined
    })
  }

  /**
   * What the entry of a node says of one of its lives: its process runs, or is gone; undefined where there is no
   * entry of that life. @throws SignalboxError `SYSTEM`
   */
  lives(name: string, incarnation: string): Promise<boolean | undefined> {
    return this.#reading(async () => {
      const bytes = await readWhole(join(this.#folder, entryFileName(name)))
      const entry = bytes === undefined ? undefined : readEntry(bytes)
      const isIt = typeof entry === 'object' && entry.name === name && entry.incarnation === incarnation
      return isIt ? this.#files.lives(entry) : undefined
    })
  }

  /** The entries of all living nodes, by name. Removes what dead ones left. @throws SignalboxError `SYSTEM` */
  entries(): Promise<readonly DirectoryEntry[]> {
    return this.#reading(() => this.#readAll())
  }

  /** Resolves when nothing is being read any more: who closes leaves nothing going in the folder. */
  async settled(): Promise<void> {
    while (this.#reads.size > 0) await Promise.allSettled(this.#reads)
  }

  async #reading<T>(read: () => Promise<T>): Promise<T> {
    const reading = read()
    this.#reads.add(reading)
    try {
      return await reading
    } finally {
      this.#reads.delete(reading)
    }
  }

  async #readAll(): Promise<readonly DirectoryEntry[]> {
    const found: DirectoryEntry[] = []
    for (const file of await this.#list()) {
      if (file.endsWith(ENTRY_SUFFIX)) {
        const entry = await this.#read(file)
        if (entry !== undefined) found.push(entry)
      } else {
        await this.#sweepRemains(file)
      }
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async #withdraw(path: string, content: string): Promise<void> {
    const present = await readWhole(path)
    if (present !== undefined && Buffer.from(present).toString('utf8') === content) await removeWhole(path)
  }

  async #list(): Promise<string[]> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      return await readdir(this.#folder)
    } catch (cause) {
      throw new SignalboxError('SYSTEM', `cannot read the directory ${this.#folder}: ${reasonOf(cause)}`, {
        cause,
      })
    }
  }

  /** The entry in a file, unless its node is dead: then it is removed. */
  async #read(file: string): Promise<DirectoryEntry | undefined> {
    const path = join(this.#folder, file)
    const bytes = await readWhole(path)
    if (bytes === undefined) return undefined
    const entry = readEntry(bytes)
    if (typeof entry === 'string') return this.#complainOnce(path, entry)
    if (entry.namespace !== this.#namespace || entryFileName(entry.name) !== file) {
      return this.#complainOnce(path, 'it describes a node of another name')
    }
    if (this.#files.lives(entry)) return entry
    await this.#files.sweep(path)
    return undefined
  }

  #complainOnce(path: string, why: string): undefined {
    if (this.#unreadable.has(path)) return
    this.#unreadable.add(path)
    this.#log.warn(`${path} is not the entry of a node and is skipped: ${why}`)
  }

  /** What a process that died in the middle of something left behind. */
  async #sweepRemains(file: string): Promise<void> {
    const path = join(this.#folder, file)
    const drafter = drafterOf(file)
    if (file.endsWith(CLAIM_SUFFIX)) await this.#files.sweep(path)
    else if (drafter !== undefined && this.#processes.incarnationOf(drafter) === undefined) {
      await removeWhole(path)
    }
  }

  #watched(): Observable<readonly DirectoryEntry[]> {
    return defer(() => this.#list()).pipe(
      switchMap(() => readOnChange(this.#folder, () => this.entries())),
      distinctUntilChanged((before, after) => JSON.stringify(before) === JSON.stringify(after)),
    )
  }
}
