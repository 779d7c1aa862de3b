import { loadConfig } from '../composition/config/index.js'
import { type Finding, isTrouble } from './doctor/finding.js'
import { examineKoffi, examineRuntimeFolder, examineTransports } from './doctor/machine.js'
import { findLeftOvers, reportLeftOver } from './doctor/remains.js'
import { ExitCode } from './exit.js'
import { renderTable } from './table.js'

interface DoctorOptions {
  readonly fix?: boolean
  readonly json?: boolean
}

/** `signalbox doctor`: what is wrong on this machine, and what killed processes left behind. */
export async function doctorCommand({ fix = false, json = false }: DoctorOptions): Promise<void> {
  const { runtimeFolder } = await loadConfig()
  const findings = await examine(runtimeFolder, fix)
  process.stdout.write(json ? inLines(findings) : `${asTable(findings)}\n`)
  if (findings.some(isTrouble)) process.exitCode = ExitCode.failed
}

async function examine(runtimeFolder: string, fix: boolean): Promise<Finding[]> {
  const folder = await examineRuntimeFolder(runtimeFolder)
  const findings = [folder, examineKoffi(), ...(await examineTransports())]
  // In a folder that others may enter, nothing can be trusted to be what it seems.
  if (isTrouble(folder)) return findings
  for (const leftOver of await findLeftOvers(runtimeFolder)) {
    findings.push(await reportLeftOver(leftOver, fix))
  }
  return findings
}

const inLines = (findings: readonly Finding[]) =>
  findings.map(finding => `${JSON.stringify(finding)}\n`).join('')

function asTable(findings: readonly Finding[]): string {
  return renderTable(
    ['what', 'which', 'state', 'says'],
    findings.map(({ about, name, state, says }) => [about, name, state, says]),
  )
}
