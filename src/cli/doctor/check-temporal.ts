import type { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../contracts/names.ts';
import { check, type Check } from './check.ts';

/** Numbers of Temporal's `IndexedValueType`. */
const KEYWORD = 2;
const DOUBLE = 4;
const WANTED: Record<string, number> = Object.fromEntries(
  Object.values(SEARCH_ATTRIBUTES).map((name) => [name, name.endsWith('Usd') ? DOUBLE : KEYWORD]),
);

type Options = { connection: Connection; namespace: string; retentionDays: number; fix: boolean };

async function retention({ connection, namespace, retentionDays, fix }: Options): Promise<Omit<Check, 'name'>> {
  const { workflowService } = connection;
  if (fix) {
    const workflowExecutionRetentionTtl = { seconds: (retentionDays * 86_400) as never };
    await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
  }
  const { config } = await workflowService.describeNamespace({ namespace });
  const days = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 86_400;
  const remedy = `closed runs vanish after ${days} days, before BATON_RETENTION_DAYS=${retentionDays}; run "baton doctor --fix"`;
  return { state: days >= retentionDays ? 'ok' : 'bad', found: `${namespace}, keeps closed runs ${days} days`, remedy };
}

async function searchAttributes({ connection, namespace, fix }: Options): Promise<Omit<Check, 'name'>> {
  const { operatorService } = connection;
  const list = async () => (await operatorService.listSearchAttributes({ namespace })).customAttributes ?? {};
  const missingIn = (known: Record<string, unknown>) => Object.keys(WANTED).filter((name) => known[name] === undefined);
  const missing = missingIn(await list());
  if (fix && missing.length > 0) {
    const wanted = Object.fromEntries(missing.map((name) => [name, WANTED[name] as number]));
    await operatorService.addSearchAttributes({ namespace, searchAttributes: wanted });
  }
  const left = fix ? missingIn(await list()) : missing;
  if (left.length === 0) return { state: 'ok', found: Object.keys(WANTED).join(', ') };
  return { state: 'bad', found: `missing: ${left.join(', ')}`, remedy: 'run "baton doctor --fix"' };
}

/** What the Temporal server says of itself; `fix` sets right what can be set from here. */
export async function checkTemporal(options: Options): Promise<Check[]> {
  return [
    await check('temporal server', async () => {
      const { serverVersion } = await options.connection.workflowService.getSystemInfo({});
      return { state: 'ok', found: `version ${serverVersion}` };
    }),
    await check('namespace', () => retention(options)),
    await check('search attributes', () => searchAttributes(options)),
  ];
}
