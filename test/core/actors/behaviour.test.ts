import { describe, expect, it } from 'vitest'
import { isActorClass } from '../../../src/core/actors/behaviour.js'

/** What the compilers of older JavaScript make of a class. */
function transpiled(): new () => object {
  function Old(this: object) {}
  Old.prototype.handle = () => {}
  return Old as unknown as new () => object
}

/** And of one that has no method of its own. */
function transpiledHeir(): new () => object {
  const Base = transpiled()
  function Heir(this: object) {}
  Heir.prototype = Object.create(Base.prototype, { constructor: { value: Heir } })
  return Heir as unknown as new () => object
}

function makeHandlers() {
  return {}
}

const decorate = <C>(target: C): C => target
class Plain {}
const Decorated = decorate(class Inner {})
class Heir extends Plain {}

describe('a behaviour that is', () => {
  it.each([
    ['a class', Plain],
    ['an anonymous class', class {}],
    ['a decorated class', Decorated],
    ['a derived class', Heir],
    ['a class that was compiled to a function', transpiled()],
    ['a derived class that was compiled to a function', transpiledHeir()],
  ])('%s is made by injection', (_what, behaviour) => {
    expect(isActorClass(behaviour as never)).toBe(true)
  })

  it.each([
    ['an arrow function', () => ({})],
    ['a function', makeHandlers],
    ['a method', { make() {} }.make],
    ['a bound function', (() => ({})).bind(undefined)],
    ['a function called class', { class: () => ({}) }.class],
  ])('%s is called', (_what, behaviour) => {
    expect(isActorClass(behaviour as never)).toBe(false)
  })
})
