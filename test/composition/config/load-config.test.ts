import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  type ConfigInput,
  type LoadConfigOptions,
  loadConfig,
} from '../../../src/composition/config/index.js'
import { defaultCacheFolder } from '../../../src/native/cache-folder.js'
import { defaultRuntimeFolder } from '../../../src/native/runtime-folder.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

describe('the configuration', () => {
  let cwd: string
  const write = (name: string, content: string, folder = cwd) => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  const load = (options: LoadConfigOptions = {}) => loadConfig({ cwd, env: {}, ...options })
  const faultsOf = async (options: LoadConfigOptions = {}): Promise<string[]> => {
    const error = await load(options).then(
      () => undefined,
      fault => fault,
    )
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
    return error.message.split('\n')
  }

  beforeEach(() => {
    cwd = temporaryFolder()
    write('package.json', '{}')
  })

  it('has a default for everything', async () => {
    expect(await load()).toEqual({
      namespace: 'default',
      runtimeFolder: defaultRuntimeFolder({}),
      cacheFolder: defaultCacheFolder({}),
      codec: ['msgpack'],
      log: { level: 'warn' },
      transports: {
        prefer: [],
        only: [],
        never: [],
        listen: ['memory', 'named-pipe', 'shared-memory'],
        allowRemote: false,
        users: [],
      },
      nodes: {},
      mailbox: { limit: 1000, overflow: 'block' },
      link: {
        window: { messages: 1024, bytes: 1_048_576 },
        lanes: 4096,
        maxFrame: 262_144,
        maxMessage: 134_217_728,
        heartbeat: 5000,
        handshakeTimeout: 5000,
        resume: 10_000,
      },
      ask: { timeout: 5000 },
    })
  })

  it('listens on what it prefers', async () => {
    const { transports } = await load({ overrides: { transports: { prefer: ['tcp', 'named-pipe'] } } })
    expect(transports.listen).toEqual(['memory', 'named-pipe', 'shared-memory', 'tcp'])
  })

  it('listens on the usual ones that it is told of', async () => {
    const { transports } = await load({ usual: ['memory'], overrides: { transports: { prefer: ['tcp'] } } })
    expect(transports.listen).toEqual(['memory', 'tcp'])
  })

  it.each([
    [{ only: ['tcp'] }, ['tcp']],
    [{ never: ['memory'] }, ['named-pipe', 'shared-memory']],
    [{ only: ['tcp', 'named-pipe'], never: ['tcp'], prefer: ['memory'] }, ['named-pipe']],
  ])('listens nowhere that others may not go to: %j', async (transports, listen) => {
    expect((await load({ overrides: { transports } })).transports.listen).toEqual(listen)
  })

  describe('in a file', () => {
    const typed = 'const prefer: readonly string[] = ["tcp"]; export default { transports: { prefer } }'
    const module = 'export default { transports: { prefer: ["tcp"] } }'
    const files: Array<[string, string]> = [
      ['ts', typed],
      ['mts', typed],
      ['js', module],
      ['mjs', module],
      ['cjs', 'module.exports = { transports: { prefer: ["tcp"] } }'],
      ['json', '{ "transports": { "prefer": ["tcp"] } }'],
      ['yaml', 'transports: { prefer: [tcp] }'],
      ['yml', 'transports:\n  prefer:\n    - tcp\n'],
    ]
    it.each(files)('is read from signalbox.config.%s', async (extension, content) => {
      write(`signalbox.config.${extension}`, content)
      expect((await load()).transports.prefer).toEqual(['tcp'])
    })

    it('is read again after it changed', async () => {
      write('signalbox.config.ts', 'export default { namespace: "one" as string }')
      expect((await load()).namespace).toBe('one')
      write('signalbox.config.ts', 'export default { namespace: "two" as string }')
      expect((await load()).namespace).toBe('two')
    })

    it('is found above the working folder, up to the package and no further', async () => {
      const inner = join(cwd, 'a', 'b')
      write('signalbox.config.yaml', 'namespace: outer')
      write('other.txt', '', inner)
      expect((await load({ cwd: inner })).namespace).toBe('outer')
      write('package.json', '{}', join(cwd, 'a'))
      expect((await load({ cwd: inner })).namespace).toBe('default')
    })

    it('is the one that is named', async () => {
      write('other.yaml', 'namespace: other')
      write('signalbox.config.yaml', 'namespace: found')
      expect((await load({ file: 'other.yaml' })).namespace).toBe('other')
      expect((await load({ file: join(cwd, 'other.yaml') })).namespace).toBe('other')
      expect((await load({ file: false })).namespace).toBe('default')
      expect(await faultsOf({ file: 'missing.yaml' })).toEqual([
        expect.stringMatching(/missing\.yaml: there is no/),
      ])
    })

    it('may be empty', async () => {
      write('signalbox.config.yaml', '# nothing yet\n')
      expect((await load()).namespace).toBe('default')
    })

    it.each([
      ['json', '{ "namespace": '],
      ['yaml', 'namespace: [unclosed'],
      ['ts', 'export default {'],
      ['mjs', 'throw new Error("no configuration today")'],
    ])('names a .%s file that cannot be read', async (extension, content) => {
      write(`signalbox.config.${extension}`, content)
      expect((await faultsOf())[0]).toContain(`signalbox.config.${extension}: it cannot be read: `)
    })

    it('resolves a relative runtime folder where it stands', async () => {
      write('signalbox.config.yaml', 'runtimeFolder: ./run')
      write('other.txt', '', join(cwd, 'inner'))
      expect((await load({ cwd: join(cwd, 'inner') })).runtimeFolder).toBe(join(cwd, 'run'))
      expect((await load({ overrides: { runtimeFolder: 'run' }, cwd })).runtimeFolder).toBe(
        resolve(cwd, 'run'),
      )
    })
  })

  describe('with faults', () => {
    const cases: Array<[what: string, yaml: string, ...faults: string[]]> = [
      [
        'a transport that is none',
        'transports: { prefer: [named-pip] }',
        "transports.prefer[0]: 'named-pip' is no transport; did you mean 'named-pipe'?",
      ],
      ['an unknown option', 'namespcae: x', "namespcae: there is no such option; did you mean 'namespace'?"],
      [
        'an unknown option further in',
        'link: { window: { byte: 3 } }',
        "link.window.byte: there is no such option; did you mean 'bytes'?",
      ],
      [
        'an option like no other',
        'ask: { colour: red }',
        'ask.colour: there is no such option; there are timeout',
      ],
      ['a number that is text', 'ask: { timeout: soon }', "ask.timeout: must be a number, and is 'soon'"],
      ['a fraction', 'mailbox: { limit: 1.5 }', 'mailbox.limit: must be a whole number, and is 1.5'],
      ['too little', 'mailbox: { limit: 0 }', 'mailbox.limit: 0 is too small; the least is 1'],
      [
        'a list that is none',
        'transports: { prefer: tcp }',
        "transports.prefer: must be a list, and is 'tcp'",
      ],
      ['an object that is none', 'link: 5', 'link: must be an object, and is 5'],
      ['a file of something else', '- 1', 'must be an object, and is a list'],
      [
        'a codec that is none',
        'codec: msgpak',
        "codec: 'msgpak' is none of msgpack, json, v8; did you mean 'msgpack'?",
      ],
      [
        'a codec that is none, in a list',
        'codec: [json, xml]',
        "codec[1]: 'xml' is none of msgpack, json, v8",
      ],
      [
        'a level that is none',
        'log: { level: loud }',
        "log.level: 'loud' is none of silent, error, warn, info, debug",
      ],
      [
        'an address of no transport',
        'nodes: { shop: "tpc://127.0.0.1:1" }',
        "nodes.shop: 'tpc' is no transport; did you mean 'tcp'?",
      ],
      ['an address that is none', 'nodes: { shop: here }', 'nodes.shop: address "here": it is not a URL'],
      [
        'a place that is none',
        'transports: { listen: [tcp, "named-pipe://./x", pipe] }',
        "transports.listen[2]: 'pipe' is no transport; there are memory, worker, named-pipe, anonymous-pipe, shared-memory, file-mapping, tcp, mailslot, dll, broadcast-ring",
      ],
      ['a short secret', 'secret: tiny', "secret: 'tiny' is too short; the least is 16 characters"],
      [
        'several faults',
        'namespcae: x\nask: { timeout: soon }\ntransports: { prefer: [tcp, tpc] }',
        "ask.timeout: must be a number, and is 'soon'",
        "transports.prefer[1]: 'tpc' is no transport; did you mean 'tcp'?",
        "namespcae: there is no such option; did you mean 'namespace'?",
      ],
    ]
    it.each(cases)('names %s', async (_what, yaml, ...faults) => {
      write('signalbox.config.yaml', yaml)
      const expected = faults.map(fault => `signalbox.config.yaml: ${fault}`)
      expect((await faultsOf()).sort()).toEqual(expected.sort())
    })

    it('says where each one stands', async () => {
      write('signalbox.config.yaml', 'namespcae: x')
      const overrides = { mailbox: { overflow: 'blok' } } as unknown as ConfigInput
      const env = { SIGNALBOX_ASK_TIMEOUT: 'soon', SIGNALBOX_LOGS: 'debug' }
      expect(await faultsOf({ overrides, env })).toEqual([
        "signalbox.config.yaml: namespcae: there is no such option; did you mean 'namespace'?",
        "SIGNALBOX_ASK_TIMEOUT: must be a number, and is 'soon'",
        "overrides: mailbox.overflow: 'blok' is none of block, reject, drop-oldest, drop-newest; did you mean 'block'?",
        "SIGNALBOX_LOGS: there is no such option; did you mean 'SIGNALBOX_LOG'?",
      ])
    })
  })

  describe('in the environment', () => {
    it('overrides every kind of option', async () => {
      const env = {
        SIGNALBOX_NAMESPACE: 'here',
        SIGNALBOX_TRANSPORTS_PREFER: 'tcp, named-pipe',
        SIGNALBOX_TRANSPORTS_ALLOW_REMOTE: 'true',
        SIGNALBOX_NODES: 'shop=tcp://127.0.0.1:7000,till=named-pipe://./till?a=b',
        SIGNALBOX_TRANSPORTS_USERS: 'alice,S-1-5-32-545',
        SIGNALBOX_CODEC: 'json,msgpack',
        SIGNALBOX_LOG: 'debug',
        SIGNALBOX_RUNTIME_DIR: join(cwd, 'run'),
        SIGNALBOX_LINK_HEARTBEAT: '100',
        SIGNALBOX_LINK_WINDOW_MESSAGES: '7',
        SIGNALBOX_LINK_MAX_FRAME: '1024',
        SIGNALBOX_LINK_RESUME: '0',
        SIGNALBOX_STORM: '1',
        SIGNALBOX_STORM_DEADLINE: '5',
        SIGNALBOX_ASK_TIMEOUT: '',
        OTHER: 'x',
      }
      expect(await load({ env })).toMatchObject({
        namespace: 'here',
        transports: { prefer: ['tcp', 'named-pipe'], allowRemote: true, users: ['alice', 'S-1-5-32-545'] },
        nodes: { shop: 'tcp://127.0.0.1:7000', till: 'named-pipe://./till?a=b' },
        codec: ['json', 'msgpack'],
        log: { level: 'debug' },
        runtimeFolder: join(cwd, 'run'),
        link: { heartbeat: 100, window: { messages: 7, bytes: 1_048_576 }, maxFrame: 1024, resume: 0 },
        ask: { timeout: 5000 },
      })
    })

    it('names further tracks, whose faults are told by their names', async () => {
      const tracks = (text: string) => load({ env: { SIGNALBOX_LINK_TRACKS: text } })
      expect((await tracks('tcp=65536,named-pipe=1024')).link.tracks).toEqual({
        tcp: 65_536,
        'named-pipe': 1024,
      })
      await expect(tracks('tcp=many')).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: "SIGNALBOX_LINK_TRACKS: must be a number, and is 'many'",
      })
      await expect(tracks('tpc=1')).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining("did you mean 'tcp'?"),
      })
    })

    it('counts more than the file and less than code', async () => {
      write('signalbox.config.yaml', 'namespace: file\nlink: { lanes: 3, heartbeat: 3 }\nask: { timeout: 3 }')
      const config = await load({
        env: { SIGNALBOX_NAMESPACE: 'environment', SIGNALBOX_LINK_HEARTBEAT: '2' },
        overrides: { namespace: 'code' },
      })
      expect(config).toMatchObject({
        namespace: 'code',
        link: { lanes: 3, heartbeat: 2 },
        ask: { timeout: 3 },
      })
    })

    it('names a transport that is none', async () => {
      expect(await faultsOf({ env: { SIGNALBOX_TRANSPORTS_PREFER: 'tcp,named-pip' } })).toEqual([
        "SIGNALBOX_TRANSPORTS_PREFER: 'named-pip' is no transport; did you mean 'named-pipe'?",
      ])
    })
  })

  it('knows the transports that a program brings', async () => {
    const overrides: ConfigInput = { transports: { prefer: ['pigeon'] } }
    const { transports } = await load({ overrides, transports: ['memory', 'named-pipe', 'pigeon'] })
    expect(transports.prefer).toEqual(['pigeon'])
  })
})
