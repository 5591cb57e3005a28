import { existsSync } from 'node:fs';
import { Client, type Connection } from '@temporalio/client';
import type { Config } from '../../config.ts';
import { openStore, type Store } from '../../notifier/open-store.ts';
import { createDataConverter } from '../../payload/data-converter.ts';
import { rebindTemporal } from '../../reconciler/rebind-temporal.ts';
import { foreignTemporal, identify, movedCluster, type Temporal } from '../../reconciler/temporal-identity.ts';
import { agentLimits } from '../run-reconciler.ts';
import { loadApps } from '../load-app.ts';
import { check, type Check } from './check.ts';

type Options = {
  config: Config;
  temporal: Temporal & { connection: Connection };
  rebind: boolean;
  /** Modules of the apps whose agents can undo what they did. */
  modules: string[];
  taskQueue: string;
};

const REBIND = 'if this is as it should be, run "baton doctor --rebind"';

async function compared(store: Store, temporal: Temporal): Promise<Omit<Check, 'name'>> {
  const { binding } = store;
  const identified = await identify(temporal, binding);
  const { standing, found, record } = identified;
  switch (standing) {
    case 'unbound': {
      const open = (await store.log.openRuns()).length;
      const remedy = `if they ran elsewhere, ${REBIND}`;
      if (open > 0)
        return { state: 'slow', found: `the log, with ${open} open runs, belongs to no Temporal yet`, remedy };
      return { state: 'ok', found: 'the log belongs to no Temporal yet' };
    }
    case 'unknown':
      return { state: 'ok', found: 'Temporal does not say which namespace it is: nothing is compared' };
    case 'foreign': {
      const { message } = foreignTemporal(temporal, identified, binding);
      return { state: 'bad', found: message, remedy: 'see foreign_temporal in docs/operate.md' };
    }
    case 'moved':
      return { state: 'slow', found: movedCluster(temporal, identified, binding), remedy: REBIND };
    default: {
      const { by, at } = record?.current ?? {};
      const before = record?.earlier.length ? `, rebound ${record.earlier.length} times` : '';
      const cluster = found?.clusterId ? ` of cluster ${found.clusterId}` : '';
      return { state: 'ok', found: `namespace ${found?.namespaceId}${cluster}, bound by ${by} at ${at}${before}` };
    }
  }
}

async function rebound({ config, temporal, modules, taskQueue }: Options, store: Store): Promise<Omit<Check, 'name'>> {
  const { connection, namespace } = temporal;
  const dataConverter = createDataConverter(config.payloads);
  const { workflow: client } = new Client({ connection, namespace, dataConverter });
  const limits = modules.length === 0 ? undefined : agentLimits(await loadApps(modules, config));
  const { from, to, lost, undoing } = await rebindTemporal({ client, temporal, store, limits, taskQueue });
  const was = from && from.at !== to.at ? `, before ${from.namespaceId} at ${from.address}` : '';
  const ended = [...lost, ...undoing].map((id) => `\n  ${id}`).join('');
  const left =
    undoing.length > 0 ? `, ${undoing.length} of them once a worker on queue ${taskQueue} has undone them` : '';
  const runs = lost.length + undoing.length;
  return {
    state: 'ok',
    found: `bound to ${to.namespaceId} by ${to.by}${was}; ${runs} open runs are lost${left}${ended}`,
  };
}

/** Which Temporal the log belongs to, and whether it is this one; `rebind` makes it this one. */
export function checkBinding(options: Options): Promise<Check> {
  const { config, temporal, rebind } = options;
  return check('temporal of the log', async () => {
    const path = /^sqlite:(.*)$/.exec(config.storeUrl)?.[1];
    if (path && !existsSync(path) && !rebind) return { state: 'ok', found: 'there is no log yet' };
    await using store = await openStore({ url: config.storeUrl, fsync: config.fsync, keys: config.payloads.keys });
    return rebind ? await rebound(options, store) : await compared(store, temporal);
  });
}
