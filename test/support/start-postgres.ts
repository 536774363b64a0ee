/** `node start-postgres.ts DATA_DIR`: starts or adopts, prints one line of JSON, stops at SIGTERM. */
import { startEmbeddedPostgres } from '../../store/embedded/index.ts'

const server = await startEmbeddedPostgres({ dataDir: process.argv[2]! })
process.stdout.write(`${JSON.stringify({ pid: server.pid, adopted: server.adopted })}\n`)
const forEver = setInterval(() => {}, 60_000)
process.once('SIGTERM', () => {
  clearInterval(forEver)
  void server.stop()
})
