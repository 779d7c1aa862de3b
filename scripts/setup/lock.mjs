// A lock between processes: several clones and terminals may prepare themselves at once.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Does `action` while this process holds the lock file `path`; waits for a holder that lives.
 * The lock saves work, it does not guard data: everything done under it is moved into place by one
 * rename, so that a lock that was taken from a holder by mistake costs time only.
 * @template T
 * @param {string} path
 * @param {() => T | Promise<T>} action
 */
export async function withLock(path, action) {
  mkdirSync(dirname(path), { recursive: true })
  while (!tryLock(path)) await sleep(100)
  try {
    return await action()
  } finally {
    rmSync(path, { force: true })
  }
}

/** @param {string} path */
function tryLock(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
  if (!isHeld(path)) removeStale(path)
  return false
}

/** @param {string} path */
function isHeld(path) {
  try {
    const holder = Number(readFileSync(path, 'utf8'))
    // An empty file: its holder is between creating and writing it.
    return holder === 0 || isAlive(holder)
  } catch {
    return false
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/**
 * Takes the file away by a rename, which only one of several waiters can do.
 * @param {string} path
 */
function removeStale(path) {
  const grave = `${path}.${process.pid}`
  try {
    renameSync(path, grave)
    rmSync(grave, { force: true })
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** @param {unknown} error */
const codeOf = error => /** @type {NodeJS.ErrnoException} */ (error).code
