import { historyNames } from './history-names.ts';
import type { HistoryJson } from './history-json.ts';
import type { KnownTexts } from './known-texts.ts';
import { mapHistory } from './map-history.ts';
import { scrubMachine } from './scrub-machine.ts';

/** What says nothing of anybody: times, numbers that Temporal writes as texts, durations, its enums, random ids. */
const PLAIN = [
  /^$/,
  /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\/(request|accept|complete|reject))?$/,
];
const PLAIN_OUTSIDE = [...PLAIN, /^\d+$/, /^[\d.]+s$/, /^[A-Z][A-Z0-9_]+$/];

/** Fields outside of payloads whose texts are the developer's or Temporal's. */
const KEPT_FIELDS = new Set([
  ...['name', 'signalName', 'markerName', 'timerId', 'activityId', 'updateId', 'protocolInstanceId'],
  ...['type', 'source', 'nonRetryableErrorTypes', 'sdkName', 'sdkVersion', 'eventType', 'eventTime'],
]);

/** References of a plan to its input and steps. */
const REFERENCE = /^\$(input|steps)[\w.$-]*$/;

/** Shorter ones are in too many words to be looked for inside of names. */
const MIN_INNER = 4;

/**
 * Copy of a history in which nothing is left of its user and its machines: every text that is neither in the workflow
 * code itself nor one of its names is replaced, the same one always by the same, in about the same length; identities
 * and stack traces are gone. Numbers and what is true or false stay: workflows decide by them. Its payloads must be in
 * it (`inlinePayloads`).
 *
 * @param options.known what the workflow code says itself
 * @param options.keep further texts that stay
 */
export function scrubHistory(
  history: HistoryJson,
  { known, keep = [] }: { known: KnownTexts; keep?: readonly string[] },
): HistoryJson {
  const plain = scrubMachine(history) as HistoryJson;
  const { names, persons, workflowIds } = historyNames(plain);
  const kept = new Set(keep);
  const replaced = new Map<string, string>();

  function replacement(text: string): string {
    const known = replaced.get(text);
    if (known !== undefined) return known;
    // Of the same length, so that what goes by sizes goes the same way; a word, so that it may stand in a reference.
    const made = `text_${replaced.size + 1}`.padEnd(Buffer.byteLength(text), '_');
    replaced.set(text, made);
    return made;
  }

  function ofWorkflow(id: string): string {
    const [workflow, ...parts] = id.split('/');
    if (parts.length === 0) return replacement(id);
    return [workflow, ...parts.map((part) => encodeURIComponent(inner(decodeURIComponent(part))))].join('/');
  }

  /** A name that was made of somebody's data, such as the id of a question about one order. */
  function ofName(name: string): string {
    const texts = [...replaced].filter(([text]) => text.length >= MIN_INNER && !names.has(text));
    const longest = texts.sort(([a], [b]) => b.length - a.length);
    return longest.reduce((clean, [text, made]) => clean.replaceAll(text, made), name);
  }

  function inner(text: string): string {
    if (kept.has(text)) return text;
    const id = [...workflowIds].find((one) => text === one || text.startsWith(`${one}:`));
    if (id !== undefined) return ofWorkflow(id) + text.slice(id.length);
    const isPlain = PLAIN.some((pattern) => pattern.test(text));
    if (isPlain) return text;
    if (persons.has(text)) return replacement(text);
    if (names.has(text)) return ofName(text);
    if (REFERENCE.test(text)) return ofReference(text);
    return known.isLiteral(text) ? text : replacement(text);
  }

  /** The fields on its way are replaced where they stand, so they are here too. */
  function ofReference(reference: string): string {
    const [root, ...fields] = reference.split('.');
    return [root, ...fields.map(keyOf)].join('.');
  }

  function keyOf(key: string): string {
    return known.isWord(key) || names.has(key) ? key : inner(key);
  }

  function value(given: unknown): unknown {
    if (typeof given === 'string') return inner(given);
    if (given === null || typeof given !== 'object') return given;
    if (Array.isArray(given)) return given.map(value);
    return Object.fromEntries(Object.entries(given).map(([key, one]) => [keyOf(key), value(one)]));
  }

  function outside(text: string, path: readonly string[]): string {
    const field = path.at(-1) ?? '';
    if (field === 'workflowId') return ofWorkflow(text);
    if (field === 'name' && path.at(-2) === 'taskQueue') return inner(text);
    if (KEPT_FIELDS.has(field) || PLAIN_OUTSIDE.some((pattern) => pattern.test(text))) return text;
    return inner(text);
  }

  const mapping = { text: outside, value };
  // A first time to know every text, so that names which hold one are found wherever they stand.
  mapHistory(plain, mapping);
  return mapHistory(plain, mapping);
}
