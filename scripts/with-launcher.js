/**
 * Loaded into the launcher's child: when the launcher is gone without a word (kill -9), ends the child in good order.
 * The launcher holds the other end of descriptor 3; the system closes it however the launcher dies.
 */
import { Socket } from 'node:net'

// What the child starts in turn has something else there.
const descriptor = process.env.MASHANG_LAUNCHER
delete process.env.MASHANG_LAUNCHER

if (descriptor) {
  try {
    const line = new Socket({ fd: Number(descriptor), readable: true, writable: false })
    line.on('error', () => {})
    line.on('close', () => process.kill(process.pid, 'SIGTERM'))
    line.resume()
    line.unref()
  } catch {
    // Without the line it runs on as any other program would.
  }
}
