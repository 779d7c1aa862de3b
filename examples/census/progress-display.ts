import { Presets, SingleBar } from 'cli-progress'
import { type Observable, type Subscription, throttleTime } from 'rxjs'
import type { Progress } from './progress.js'
import { Stopwatch } from './stopwatch.js'

/** Shows how a census goes on, until it is unsubscribed: a bar on a screen, else a line each second. */
export function displayProgress(progress$: Observable<Progress>): Subscription {
  return process.stderr.isTTY ? drawBar(progress$) : writeLines(progress$)
}

function drawBar(progress$: Observable<Progress>): Subscription {
  const format = '{bar} {percentage} %   {value} of {total} files   {speed}'
  const bar = new SingleBar({ format, gracefulExit: false, emptyOnZero: true }, Presets.shades_classic)
  const watch = new Stopwatch()
  bar.start(0, 0, { speed: '' })
  const drawing = progress$.subscribe(({ found, total }) => {
    bar.setTotal(found)
    bar.update(total.files, { speed: watch.speedOf(total) })
  })
  drawing.add(() => bar.stop())
  return drawing
}

function writeLines(progress$: Observable<Progress>): Subscription {
  const watch = new Stopwatch()
  return progress$
    .pipe(throttleTime(1000, undefined, { leading: false, trailing: true }))
    .subscribe(({ found, total }) =>
      console.error(`${total.files} of ${found} files, ${watch.speedOf(total)}`),
    )
}
