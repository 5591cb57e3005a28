import type { HistoryJson, PayloadJson } from './history-json.ts';
import { isPayload } from './inline-payloads.ts';
import { payloadValue } from './payload-value.ts';

export type HistoryMapping = {
  /** A text outside of payloads; `path` are the keys that lead to it within its event. */
  text(text: string, path: readonly string[]): unknown;
  /** Value of a payload of plain JSON. */
  value(value: unknown, path: readonly string[]): unknown;
};

const encodingOf = ({ metadata }: PayloadJson) => Buffer.from(metadata?.encoding ?? '', 'base64').toString();

function mapPayload(payload: PayloadJson, mapping: HistoryMapping, path: readonly string[]): PayloadJson {
  const encoding = encodingOf(payload);
  // Of a marker only the result is somebody's; the rest is how the SDK finds it again.
  const isOfSdk = path[0] === 'markerRecordedEventAttributes' && !path.includes('result') && !path.includes('failure');
  if (encoding === 'binary/null' || isOfSdk) return payload;
  // What is no plain JSON cannot be looked through, so nothing of it stays.
  if (encoding !== 'json/plain') return { ...payload, data: '' };
  const value = mapping.value(payloadValue(payload), path);
  return { ...payload, data: Buffer.from(JSON.stringify(value)).toString('base64') };
}

function map(value: unknown, mapping: HistoryMapping, path: readonly string[]): unknown {
  if (typeof value === 'string') return mapping.text(value, path);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((inner) => map(inner, mapping, path));
  if (isPayload(value)) return mapPayload(value, mapping, path);
  const entries = Object.entries(value).map(([key, inner]) => [key, map(inner, mapping, [...path, key])]);
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
}

/** Copy of a history with every text and every payload of it mapped; texts that become undefined are left out. */
export function mapHistory({ events }: HistoryJson, mapping: HistoryMapping): HistoryJson {
  return { events: events.map((event) => map(event, mapping, [])) } as HistoryJson;
}
