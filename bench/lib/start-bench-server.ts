import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { startEmbeddedServer } from '../../src/dev/start-embedded-server.ts';
import { ensureTemporalCli } from '../../src/temporal-cli/ensure-temporal-cli.ts';

/** The embedded server as `baton dev` tunes it, in a folder of its own that is removed at the end. */
export async function startBenchServer() {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const dataDir = mkdtempSync(join(tmpdir(), 'baton-bench-'));
  const cliPath = await ensureTemporalCli({ say: (line) => void process.stderr.write(`${line}\n`) });
  const server = await startEmbeddedServer({ dataDir, cliPath });
  return {
    address: server.address,
    dataDir,
    async stop() {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
