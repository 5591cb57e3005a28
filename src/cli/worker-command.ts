import type { Command } from 'commander';
import { connectionSettings } from '../client/connection-settings.ts';
import { loadConfig } from '../config.ts';
import { createDataConverter } from '../payload/data-converter.ts';
import { keepPrivate } from '../dev/keep-private.ts';
import type { Flags } from '../settings/resolve-settings.ts';
import { bundleWorkflows } from '../workflow-bundle/bundle-workflows.ts';
import { loadApps } from './load-app.ts';
import { reportUnhandled } from './guard-process.ts';
import { outputLogger } from './output-logger.ts';
import { sdkLogger } from './sdk-logger.ts';
import { addSettingFlags, settingFlags } from './setting-flags.ts';
import { undoList, workThenUndo } from './undo-list.ts';
import { untilLost } from './until-lost.ts';
import { untilStopped } from './until-stopped.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);

async function runWorker(modules: string[], flags: Flags): Promise<void> {
  const stopped = untilStopped();
  const config = loadConfig(process.env, { role: 'worker', flags });
  const { dataDir, http, taskQueue, fair, maxConcurrentAgents } = config;
  keepPrivate(dataDir, say);
  const { connectionOptions, namespace, source, ignored } = connectionSettings({ dataDir });
  const app = await loadApps(modules, config);
  const { Runtime } = await import('@temporalio/worker');
  const { agentAtWork, startWorker } = await import('./start-worker.ts');
  const sealed = config.payloads.keys.length > 0;
  const logger = sdkLogger(outputLogger(), { sealed });
  reportUnhandled((what, stack) => logger.error(what, { ...agentAtWork(), stack }), { sealed });
  const prometheus = http.metricsPort === undefined ? undefined : { bindAddress: `${http.host}:${http.metricsPort}` };
  // The process handles signals itself: what belongs to the worker is closed after it.
  Runtime.install({ shutdownSignals: [], logger, telemetryOptions: prometheus && { metrics: { prometheus } } });
  const bundle = () => bundleWorkflows({ app, dataConverter: createDataConverter(config.payloads), logger });
  const undo = undoList();
  const work = async () => {
    const temporal = { connectionOptions, namespace, source, fair };
    const { store, running } = await startWorker({ config, app, bundle, ...temporal, logger, undo });
    say(`worker       ${app.agents.map(({ name }) => name).join(', ')}`);
    say(`             on queue ${taskQueue} of namespace ${namespace} at ${connectionOptions.address}, by ${source}`);
    if (ignored) say(`             ${ignored}`);
    say(
      `             ${fair ? 'fair among users' : 'first come, first served'}, ${maxConcurrentAgents} agents at once`,
    );
    if (prometheus) say(`metrics      http://${prometheus.bindAddress}/metrics`);
    await Promise.race([stopped.promise, running, untilLost(store)]);
  };
  await workThenUndo(work, undo.run);
}

export function addWorkerCommand(program: Command): void {
  const command = program
    .command('worker')
    .argument('[modules...]', "modules whose default exports are a defineApp (default: Baton's own agents)")
    .description('run agents and workflows, for production; logs to stdout, ends cleanly at SIGTERM');
  addSettingFlags(command, 'worker').action((modules: string[]) => runWorker(modules, settingFlags(command, 'worker')));
}
