import type { Command } from 'commander';
import { connectionSettings } from '../client/connection-settings.ts';
import { loadConfig } from '../config.ts';
import { keepPrivate } from '../dev/keep-private.ts';
import { openStore } from '../notifier/open-store.ts';
import { outageLine, type OutageReport } from '../notifier/watch-outages.ts';
import { createDataConverter } from '../payload/data-converter.ts';
import { reportUnhandled } from './guard-process.ts';
import { loadApps } from './load-app.ts';
import { outputLogger } from './output-logger.ts';
import { runReconciler } from './run-reconciler.ts';
import { addSettingFlags, settingFlags } from './setting-flags.ts';
import { untilLost } from './until-lost.ts';
import { undoList, workThenUndo } from './undo-list.ts';
import { untilStopped } from './until-stopped.ts';
import { withSecret } from './with-secret.ts';

/** How long requests under way may go on after the role was stopped, in milliseconds. */
const CLOSE_GRACE_MS = 10_000;

/** Time for the role to end, in milliseconds. */
const END_MS = 20_000;

const say = (line: string) => void process.stderr.write(`${line}\n`);

export function addGatewayCommand(program: Command): void {
  const command = program
    .command('gateway')
    .argument('[modules...]', "modules whose default exports are a defineApp (default: Baton's own agents)")
    .description('serve users: HTTP, WebSocket and server-sent events; logs to stdout');
  addSettingFlags(command, 'gateway').action(async (modules: string[]) => {
    const { startGateway } = await import('../gateway.ts');
    const config = await withSecret(
      loadConfig(process.env, { role: 'gateway', flags: settingFlags(command, 'gateway') }),
    );
    keepPrivate(config.dataDir, say);
    const app = modules.length === 0 ? undefined : await loadApps(modules, config);
    const stopped = untilStopped({ withinMs: END_MS });
    const logger = outputLogger();
    const sealed = config.payloads.keys.length > 0;
    reportUnhandled((what, stack) => logger.error({ stack }, what), { sealed });
    const report = (outage: OutageReport) => logger.warn(outageLine(outage));
    const undo = undoList();
    const work = async () => {
      const store = await openStore({ ...config, url: config.storeUrl, keys: config.payloads.keys, report });
      undo.push('the store', store.close);
      await store.refuseMissingKey();
      const onError = (error: unknown) => logger.warn({ err: error }, 'the reconciler failed');
      const { connectionOptions, namespace, source, ignored } = connectionSettings({ dataDir: config.dataDir });
      const dataConverter = createDataConverter(config.payloads);
      const gateway = await startGateway({ config, log: store.log, logger, app, closeGraceMs: CLOSE_GRACE_MS });
      say(`gateway      ${gateway.url}`);
      say(`Temporal     ${connectionOptions.address}, by ${source}${ignored ? `; ${ignored}` : ''}`);
      undo.push('the gateway', gateway.close, { withinMs: CLOSE_GRACE_MS + 2_000 });
      const reconciling = {
        store,
        connectionOptions,
        namespace,
        dataConverter,
        everyMs: config.reconcileMs,
        onError,
        app,
      };
      undo.push('the reconciler', await runReconciler(reconciling));
      await Promise.race([stopped.promise, untilLost(store)]);
    };
    await workThenUndo(work, undo.run);
  });
}
