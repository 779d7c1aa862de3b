import { isUpToDate } from '../scripts/setup/build.mjs'

/** Specs read the sources, the processes they fork read what is built: say so when the two differ. */
export default function warnOfStaleBuild(): void {
  if (!isUpToDate())
    console.warn('The build is older than the sources, and forked peers run the build: npm run build')
}
