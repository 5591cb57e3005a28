import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { ATTRIBUTE_TYPES, missingAttributes } from './missing-attributes.ts';
import type { TemporalServer } from './temporal-server.ts';
import { toBatonError } from './to-baton-error.ts';

/** The first server that takes updates without being told to: pauses and decisions are sent as such. */
export const MIN_SERVER_VERSION = '1.25.0';

/** Codes of a server that will not say: who may not look at a namespace may well run workflows in it. */
const WILL_NOT_SAY = [7, 12, 16];

type Services = Pick<Connection, 'workflowService' | 'operatorService'>;

/** Whether a server's version is older than another one; one that is no number is not. */
export function isOlder(version: string, than: string): boolean {
  if (!/^v?\d+\.\d+/.test(version)) return false;
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = than.split('.').map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

/** What was asked for; undefined where the server will not say. */
async function told<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isGrpcServiceError(error) && WILL_NOT_SAY.includes(error.code)) return undefined;
    throw error;
  }
}

function tooOld(message: string, { address }: TemporalServer): BatonError {
  return new BatonError('InvalidInput', `Temporal at ${address} ${message}`, { code: 'server_too_old' });
}

async function checkVersion({ workflowService }: Services, server: TemporalServer): Promise<void> {
  // Who does not know this call is older than 1.15.
  const { serverVersion = '0.0' } = (await told(workflowService.getSystemInfo({}))) ?? {};
  if (!isOlder(serverVersion ?? '', MIN_SERVER_VERSION)) return;
  const known = serverVersion === '0.0' ? 'too old to tell its version' : `version ${serverVersion}`;
  throw tooOld(`is ${known}, Baton needs ${MIN_SERVER_VERSION} or newer: upgrade the server`, server);
}

async function checkNamespace({ workflowService, operatorService }: Services, server: TemporalServer): Promise<void> {
  const { namespace } = server;
  const described = await told(workflowService.describeNamespace({ namespace }));
  const { capabilities } = described?.namespaceInfo ?? {};
  if (capabilities && !capabilities.syncUpdate) {
    const remedy = 'set frontend.enableUpdateWorkflowExecution to true in its dynamic config';
    throw tooOld(`takes no updates in namespace "${namespace}": ${remedy}`, server);
  }
  const aliases = Object.values(described?.config?.customSearchAttributeAliases ?? {});
  const missingIn = (known: readonly string[]) => Object.keys(ATTRIBUTE_TYPES).filter((name) => !known.includes(name));
  if (missingIn(aliases).length === 0) return;
  // Not every kind of visibility store gives attributes another name.
  const listed = await told(operatorService.listSearchAttributes({ namespace }));
  if (!listed && aliases.length === 0) return;
  const missing = missingIn([...aliases, ...Object.keys(listed?.customAttributes ?? {})]);
  if (missing.length > 0) throw missingAttributes(missing, server);
}

/**
 * Makes sure of what Baton needs of a server, before anything is started on it: a version that is new enough, the
 * namespace, and its search attributes.
 *
 * @throws BatonError `InvalidInput` with code `server_too_old`, `namespace_missing` or `search_attributes_missing`
 */
export async function checkServer(services: Services, server: TemporalServer): Promise<void> {
  try {
    await checkVersion(services, server);
    await checkNamespace(services, server);
  } catch (error) {
    throw toBatonError(error, server);
  }
}
