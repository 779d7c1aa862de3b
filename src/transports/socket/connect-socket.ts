import { connect, type NetConnectOpts, type Socket } from 'node:net'

/**
 * Opens a stream socket; resolves when it is connected, rejects with Node's error. `signal` ends the
 * attempt, not the connection: Node's own option would end that too, however much later it fires.
 */
export function connectSocket(to: NetConnectOpts, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(to)
    const giveUp = () => socket.destroy(new Error('aborted'))
    const settle = () => signal?.removeEventListener('abort', giveUp)
    const fail = (error: Error) => {
      settle()
      reject(error)
    }
    signal?.addEventListener('abort', giveUp, { once: true })
    socket.once('error', fail)
    socket.once('connect', () => {
      settle()
      socket.off('error', fail)
      resolve(socket)
    })
  })
}
