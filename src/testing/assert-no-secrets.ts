import { redact } from '../contracts/redact.ts';
import type { FinishedRun } from './finish-run.ts';

/** Most places that a failed assertion lists. */
const MAX_LISTED = 20;

type Place = { path: string; text: string };

function textsIn(value: unknown, path: string): Place[] {
  if (typeof value === 'string' || typeof value === 'number') return [{ path, text: String(value) }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    { path: `${path} (a key)`, text: key },
    ...textsIn(inner, `${path}.${key}`),
  ]);
}

function changes(value: unknown, clean: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || typeof clean !== 'object' || clean === null) {
    return Object.is(value, clean) ? [] : [`${path} holds what looks like a secret`];
  }
  const keys = Object.keys(value);
  if (keys.some((key) => !Object.hasOwn(clean, key))) return [`${path} has a key that looks like a secret`];
  const [from, to] = [value as Record<string, unknown>, clean as Record<string, unknown>];
  return keys.flatMap((key) => changes(from[key], to[key], `${path}.${key}`));
}

/**
 * Fails where a run shows a secret: something that Baton's rules or the app's own know for one, in its outcome, or one of
 * `planted`, in its outcome or in an event. Plant values that nothing else holds, and give them here.
 *
 * @throws Error that lists the places, without the secrets themselves
 */
export function assertNoSecrets(run: Pick<FinishedRun, 'outcome' | 'events'>, planted: readonly string[] = []): void {
  const { outcome, events } = run;
  const shown = [
    ...textsIn(outcome, 'outcome'),
    ...events.flatMap(({ seq, type, payload }) => textsIn(payload, `event ${seq} (${type})`)),
  ];
  const found = [
    ...changes(outcome, redact(outcome), 'outcome'),
    ...shown.flatMap(({ path, text }) =>
      planted.flatMap((secret, index) => (text.includes(secret) ? [`${path} shows planted secret ${index + 1}`] : [])),
    ),
  ];
  if (found.length === 0) return;
  const listed = [...new Set(found)];
  const more = listed.length > MAX_LISTED ? [`and ${listed.length - MAX_LISTED} more`] : [];
  throw new Error(
    `the run shows secrets:\n${[...listed.slice(0, MAX_LISTED), ...more].map((line) => `  ${line}`).join('\n')}`,
  );
}
