import { type Availability, reasonOf } from '../core/contracts/index.js'

const NAMES: Partial<Record<NodeJS.Platform, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }

const oneOf = new Intl.ListFormat('en-GB', { type: 'disjunction' })

/**
 * Whether a mechanism of the operating system can be used here; never throws.
 * @param name what it is called
 * @param platforms where it exists
 * @param load gets the system's functions that it needs, or throws why there are none
 */
export function nativeAvailability(
  name: string,
  platforms: readonly NodeJS.Platform[],
  load: () => unknown,
): Availability {
  if (!platforms.includes(process.platform)) {
    const names = platforms.map(platform => NAMES[platform] ?? platform)
    const reason = `${name} needs ${oneOf.format(names)}, and this is ${process.platform}`
    return { usable: false, reason }
  }
  try {
    load()
    return { usable: true }
  } catch (error) {
    return { usable: false, reason: reasonOf(error) }
  }
}
