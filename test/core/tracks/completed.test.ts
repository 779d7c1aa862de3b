import { describe, expect, it } from 'vitest'
import { completed } from '../../../src/core/tracks/index.js'
import * as awkward from '../../../src/testing/awkward/index.js'
import { memory } from '../../../src/transports/memory/index.js'
import { tcp } from '../../../src/transports/tcp/index.js'

describe('a completed transport', () => {
  it.each([memory(), tcp()])('describes $name as it is: it lacks nothing', transport => {
    const address = transport.nodeAddress('test', 'shop')
    expect(completed(transport).describe(address)).toEqual(transport.describe(address))
  })

  it.each(Object.entries(awkward))(
    'describes %s as reliable, ordered, both ways and wide enough for a link',
    (_name, create) => {
      const transport = completed(create())
      const { delivery, ordered, direction, maxFrame, group } = transport.describe(
        transport.nodeAddress('test', 'shop'),
      )
      expect({ delivery, ordered, direction, group }).toEqual({
        delivery: 'reliable',
        ordered: true,
        direction: 'duplex',
        group: 'none',
      })
      expect(maxFrame).toBeGreaterThanOrEqual(4096)
    },
  )
})
