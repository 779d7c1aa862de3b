import { availableParallelism, cpus } from 'node:os'

/** What a machine is, as far as it decides how fast messages are: `linux x64, 2 × AMD EPYC 9B14`. */
export function machineKind(): string {
  const [processor] = cpus()
  const model = processor?.model.trim() || 'unknown processor'
  return `${process.platform} ${process.arch}, ${availableParallelism()} × ${model}`
}
