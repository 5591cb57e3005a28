import type { Connection } from '@temporalio/client';
import { isOlder, MIN_SERVER_VERSION } from '../../client/check-server.ts';
import { ATTRIBUTE_TYPES, registerCommand, type AttributeType } from '../../client/missing-attributes.ts';
import { toBatonError } from '../../client/to-baton-error.ts';
import { check, type Check } from './check.ts';

/** Numbers of Temporal's `IndexedValueType`. */
const TYPES: Record<AttributeType, number> = { Keyword: 2, Double: 4 };

type Options = { connection: Connection; namespace: string; address: string; retentionDays: number; fix: boolean };

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

async function searchAttributes({ connection, namespace, address, fix }: Options): Promise<Omit<Check, 'name'>> {
  const { operatorService } = connection;
  const list = async () => (await operatorService.listSearchAttributes({ namespace })).customAttributes ?? {};
  const missingIn = (known: Record<string, unknown>) =>
    Object.keys(ATTRIBUTE_TYPES).filter((name) => known[name] === undefined);
  const missing = missingIn(await list());
  if (fix && missing.length > 0) {
    const wanted = Object.fromEntries(missing.map((name) => [name, TYPES[ATTRIBUTE_TYPES[name] as AttributeType]]));
    await operatorService.addSearchAttributes({ namespace, searchAttributes: wanted });
  }
  const left = fix ? missingIn(await list()) : missing;
  const server = { address, namespace };
  if (left.length === 0) return { state: 'ok', found: Object.keys(ATTRIBUTE_TYPES).join(', ') };
  return {
    state: 'bad',
    found: `missing: ${left.join(', ')}`,
    remedy: `run "baton doctor --fix", or ${registerCommand(left, server)}`,
  };
}

/**
 * What the Temporal server says of itself, and whether it has the namespace; `fix` sets right what can be set from here.
 */
export async function checkTemporal(options: Options): Promise<{ checks: Check[]; hasNamespace: boolean }> {
  const { address, namespace } = options;
  const told = (error: unknown) => Promise.reject(toBatonError(error, { address, namespace }));
  let hasNamespace = false;
  const checks = [
    await check('temporal server', async () => {
      const { serverVersion } = await options.connection.workflowService.getSystemInfo({});
      const old = isOlder(serverVersion ?? '', MIN_SERVER_VERSION);
      const remedy = `Baton needs ${MIN_SERVER_VERSION} or newer: upgrade the server`;
      return { state: old ? 'bad' : 'ok', found: `version ${serverVersion}`, remedy };
    }),
    await check('namespace', async () => {
      const kept = await retention(options).catch(told);
      hasNamespace = true;
      return kept;
    }),
    await check('search attributes', () => searchAttributes(options).catch(told)),
  ];
  return { checks, hasNamespace };
}
