import type { Command } from 'commander';
import { pino } from 'pino';
import { connectionSettings } from '../client/connection-settings.ts';
import { loadConfig } from '../config.ts';
import { openStore } from '../notifier/open-store.ts';
import { outageLine, type OutageReport } from '../notifier/watch-outages.ts';
import { createDataConverter } from '../payload/data-converter.ts';
import { loadApps } from './load-app.ts';
import { runReconciler } from './run-reconciler.ts';
import { untilLost } from './until-lost.ts';
import { untilStopped } from './until-stopped.ts';
import { withSecret } from './with-secret.ts';

/** How often runs without an end are looked after, in milliseconds. */
const RECONCILE_MS = 30_000;

const say = (line: string) => void process.stderr.write(`${line}\n`);

export function addGatewayCommand(program: Command): void {
  program
    .command('gateway')
    .argument('[modules...]', "modules whose default exports are a defineApp (default: Baton's own agents)")
    .description('serve users: HTTP, WebSocket and server-sent events; logs to stdout')
    .action(async (modules: string[]) => {
      const { startGateway } = await import('../gateway.ts');
      const config = await withSecret(loadConfig());
      const app = modules.length === 0 ? undefined : await loadApps(modules);
      const stopped = untilStopped();
      const logger = pino();
      const report = (outage: OutageReport) => logger.warn(outageLine(outage));
      const store = await openStore({ ...config, url: config.storeUrl, report });
      try {
        const gateway = await startGateway({ config, log: store.log, logger, app });
        say(`gateway      ${gateway.url}`);
        const onError = (error: unknown) => logger.warn({ err: error }, 'the reconciler failed');
        const { connectionOptions, namespace } = connectionSettings({ dataDir: config.dataDir });
        const everyMs = config.reconcileMs ?? RECONCILE_MS;
        const dataConverter = createDataConverter(config.payloads);
        const stop = await runReconciler({ store, connectionOptions, namespace, dataConverter, everyMs, onError, app });
        try {
          await Promise.race([stopped.promise, untilLost(store)]);
        } finally {
          await gateway.close();
          await stop();
        }
      } finally {
        await store.close();
      }
    });
}
