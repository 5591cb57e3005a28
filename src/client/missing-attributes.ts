import { BatonError } from '../contracts/baton-error.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/names.ts';
import type { TemporalServer } from './temporal-server.ts';

export type AttributeType = 'Keyword' | 'Double';

/** What each search attribute of Baton's is, by its name. */
export const ATTRIBUTE_TYPES: Record<string, AttributeType> = Object.fromEntries(
  Object.values(SEARCH_ATTRIBUTES).map((name) => [name, name.endsWith('Usd') ? 'Double' : 'Keyword']),
);

/** The command that registers search attributes, for somebody who may do so. */
export function registerCommand(names: readonly string[], { address, namespace }: TemporalServer): string {
  const each = names.map((name) => `--name ${name} --type ${ATTRIBUTE_TYPES[name] ?? 'Keyword'}`).join(' ');
  return `temporal operator search-attribute create --address ${address} --namespace ${namespace} ${each}`;
}

/** The error of a namespace that lacks some of them: nothing can be started, and nothing listed. */
export function missingAttributes(names: readonly string[], server: TemporalServer, cause?: unknown): BatonError {
  const message = [
    `namespace "${server.namespace}" of Temporal at ${server.address} lacks search attributes: ${names.join(', ')}`,
    'register them by "baton doctor --fix", or by',
    registerCommand(names, server),
  ].join('\n  ');
  return new BatonError('InvalidInput', message, { code: 'search_attributes_missing', details: { names }, cause });
}
