import { join } from 'node:path'
import { isSignalboxError } from '../../core/contracts/index.js'
import { readWhole, replaceWhole } from '../../core/node/shared-file.js'
import { bettered, type Costs, NOISE, type Observed } from '../../core/routing/index.js'
import { type Calibration, type Readout, readCalibration, writeCalibration } from './calibration.js'

/** The file of this machine's measurements in the user's cache folder. Nobody needs it to be there. */
export class CalibrationFile {
  readonly path: string

  constructor(cacheFolder: string) {
    this.path = join(cacheFolder, 'calibration.json')
  }

  /** What it holds; never throws, since a file that cannot be read is as good as none. */
  async read(): Promise<Readout | { readonly state: 'absent' }> {
    try {
      const bytes = await readWhole(this.path)
      if (bytes === undefined) return { state: 'absent' }
      return readCalibration(new TextDecoder().decode(bytes))
    } catch (error) {
      return { state: 'stale', because: isSignalboxError(error) ? error.message : String(error) }
    }
  }

  /** Puts a calibration in the place of what is there, at once. @throws SignalboxError `SYSTEM` */
  write(calibration: Calibration): Promise<void> {
    return replaceWhole(this.path, writeCalibration(calibration))
  }

  /**
   * Corrects what was measured by what links saw, where that is clearly better; does not make a file that is not there.
   * @throws SignalboxError `SYSTEM`
   */
  async refresh(observed: ReadonlyMap<string, Observed>): Promise<void> {
    if (observed.size === 0) return
    const readout = await this.read()
    if (readout.state !== 'valid') return
    const transports = { ...readout.calibration.transports }
    for (const [transport, seen] of observed) {
      const known = transports[transport]
      if (known !== undefined && isClearlyBetter(seen, known)) transports[transport] = bettered(known, seen)
    }
    const isNew = Object.entries(transports).some(
      ([name, figures]) => figures !== readout.calibration.transports[name],
    )
    if (isNew) await this.write({ ...readout.calibration, transports })
  }

  /** Lets `costs` know what it holds; says whether, and else why not. */
  async feed(costs: Costs): Promise<string | undefined> {
    const readout = await this.read()
    switch (readout.state) {
      case 'valid':
        costs.adopt(new Map(Object.entries(readout.calibration.transports)))
        return undefined
      case 'absent':
        return 'nothing was measured on this machine'
      case 'stale':
        return readout.because
    }
  }
}

function isClearlyBetter(seen: Observed, known: Observed): boolean {
  return seen.latency * NOISE < known.latency || seen.bytesPerSecond > known.bytesPerSecond * NOISE
}
