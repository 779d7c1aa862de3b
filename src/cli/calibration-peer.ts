// The other process of `signalbox calibrate`: `calibration-peer.js <transport> <node>` listens, says where over its
// IPC channel, and accepts frames until its parent lets go of that channel.
import { once } from 'node:events'
import { reasonOf } from '../core/contracts/index.js'
import { type CalibrationNews, serveCalibration } from './calibration-service.js'

const [transport = '', node = ''] = process.argv.slice(2)
const released = once(process, 'disconnect')
const tell = (news: CalibrationNews) => process.send?.(news)

try {
  const service = await serveCalibration(transport, node)
  tell({ listening: service.address })
  await released
  await service.close()
} catch (error) {
  tell({ failed: reasonOf(error) })
  if (process.connected) process.disconnect()
}
