import { join } from 'node:path';
import type { Config } from '../config.ts';
import { startEmbeddedServer } from '../dev/start-embedded-server.ts';
import { superviseServer } from '../dev/supervise-server.ts';
import { ensureTemporalCli } from '../temporal-cli/ensure-temporal-cli.ts';

type Options = { config: Config; say: (line: string) => void; port?: number; onLaunch?: () => void };

/** The embedded Temporal server of the data folder, kept up, and a line about it. */
export async function embeddedTemporal({ config, say, port, onLaunch }: Options) {
  const { dataDir, retentionDays } = config;
  const cliPath = await ensureTemporalCli({ say });
  const start = (how?: { port: number }) =>
    startEmbeddedServer({ dataDir, cliPath, port, retentionDays, onLaunch, ...how });
  const server = await superviseServer({ start, say, logPath: join(dataDir, 'temporal.log') });
  say(`Temporal     ${server.address}${server.adopted ? ' (still running from last time)' : ''}`);
  say(`Temporal UI  ${server.uiUrl}`);
  return server;
}
