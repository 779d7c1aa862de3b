import { getSystemErrorName } from 'node:util'

/** The name of an error number of the C library: `ENOSPC`. */
export function systemErrorName(number: number): string {
  return getSystemErrorName(-number)
}
