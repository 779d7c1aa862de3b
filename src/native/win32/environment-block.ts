/**
 * Variables without which programs, Node among them, may not start: who leaves them out gets this process's, as from `spawn` of Node.
 * Source: `uv_spawn` in libuv's documentation.
 */
const REQUIRED = [
  'HOMEDRIVE',
  'HOMEPATH',
  'LOGONSERVER',
  'PATH',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'USERDOMAIN',
  'USERNAME',
  'USERPROFILE',
  'WINDIR',
]

/**
 * An environment as `CreateProcessW` takes it: `NAME=value` each, in the order of the names, all of it in UTF-16. Of names that
 * differ in their case only, which are one name to Windows, the last one counts.
 * @param own this process's environment, which required variables are taken from
 */
export function environmentBlock(env: NodeJS.ProcessEnv, own: NodeJS.ProcessEnv = process.env): Buffer {
  const variables = new Map<string, string>()
  const put = (name: string, value: string | undefined) => {
    if (value !== undefined) variables.set(name.toUpperCase(), `${name}=${value}\0`)
  }
  for (const name of REQUIRED) put(name, own[name])
  for (const [name, value] of Object.entries(env)) put(name, value)
  const names = [...variables.keys()].sort()
  const block = names.map(name => variables.get(name)).join('')
  // Without any variable, too, two null characters end it.
  return Buffer.from(`${block === '' ? '\0' : block}\0`, 'utf16le')
}
