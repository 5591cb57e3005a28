import type { Config } from '../config.ts';
import { startEmbeddedServer, type EmbeddedServer } from '../dev/start-embedded-server.ts';
import { ensureTemporalCli } from '../temporal-cli/ensure-temporal-cli.ts';

type Options = { config: Config; say: (line: string) => void; port?: number; onLaunch?: () => void };

/** The embedded Temporal server of the data folder, and a line about it. */
export async function embeddedTemporal({ config, say, port, onLaunch }: Options): Promise<EmbeddedServer> {
  const { dataDir, retentionDays } = config;
  const cliPath = await ensureTemporalCli({ say });
  const server = await startEmbeddedServer({ dataDir, cliPath, port, retentionDays, onLaunch });
  say(`Temporal     ${server.address}${server.adopted ? ' (still running from last time)' : ''}`);
  say(`Temporal UI  ${server.uiUrl}`);
  return server;
}
