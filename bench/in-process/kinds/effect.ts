import { Deferred, Effect, Fiber, Queue } from 'effect'
import type { Actors, Told } from '../actors.js'

/** A fiber of Effect, and the queue that it takes from. */
interface Actor {
  readonly queue: Queue.Queue<Told>
  readonly fiber: Fiber.Fiber<unknown, unknown>
}

interface Question {
  readonly told: Told
  readonly answer: Deferred.Deferred<number>
}

/** Effect has no actors: a fiber that takes from a queue for ever comes nearest. */
export const effectActors: Actors<Actor> = {
  spawn(_name, handle) {
    const queue = Effect.runSync(Queue.unbounded<Told>())
    const turn = Effect.map(Queue.take(queue), handle)
    return { queue, fiber: Effect.runFork(Effect.forever(turn)) }
  },
  tell: ({ queue }, told) => void Queue.offerUnsafe(queue, told),
  async answering(answer) {
    const queue = Effect.runSync(Queue.unbounded<Question>())
    const turn = Effect.flatMap(Queue.take(queue), question =>
      Deferred.succeed(question.answer, answer(question.told)),
    )
    Effect.runFork(Effect.forever(turn))
    return told => {
      const question = { told, answer: Effect.runSync(Deferred.make<number>()) }
      Queue.offerUnsafe(queue, question)
      return Effect.runPromise(Deferred.await(question.answer))
    }
  },
  stop: (_name, { fiber }) => void Effect.runFork(Fiber.interrupt(fiber)),
  close: () => {},
}
