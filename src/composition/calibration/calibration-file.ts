import { join } from 'node:path'
import { isSignalboxError } from '../../core/contracts/index.js'
import { readWhole, replaceWhole } from '../../core/node/shared-file.js'
import type { Costs, Figures } from '../../core/routing/index.js'
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

  /**
   * Lets it know what links saw of transports that it knows. One that is absent or stale stays as it is: what
   * links happen to see is no measurement of a machine.
   * @throws SignalboxError `SYSTEM`
   */
  async refresh(observed: ReadonlyMap<string, Figures>): Promise<void> {
    const readout = await this.read()
    if (readout.state !== 'valid') return
    const { calibration } = readout
    const known = Object.entries(calibration.transports)
    const transports = Object.fromEntries(
      known.map(([name, old]) => [name, { ...old, ...observed.get(name) }]),
    )
    await this.write({ ...calibration, transports })
  }
}
