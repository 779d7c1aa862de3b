import { Subject } from 'rxjs'
import type { Actors, Told } from '../actors.js'

/** Subjects of RxJS: what is told is handled within the call. */
export const rxjsSubjects: Actors<Subject<Told>> = {
  spawn(_name, handle) {
    const subject = new Subject<Told>()
    subject.subscribe(handle)
    return subject
  },
  tell: (subject, told) => subject.next(told),
  stop: () => {},
  close: () => {},
}
