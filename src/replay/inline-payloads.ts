import type { PayloadCodec } from '@temporalio/common';
import type { HistoryJson, PayloadJson } from './history-json.ts';

/** Encodings that are values already; whatever else is there was made by a codec. */
const PLAIN = new Set(['json/plain', 'binary/null', 'binary/plain', 'json/protobuf', 'binary/protobuf']);

const fromBase64 = (text: string | undefined) => Buffer.from(text ?? '', 'base64');
const toBase64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64');

export function isPayload(value: object): value is PayloadJson & { metadata: { encoding: string } } {
  const { metadata } = value as PayloadJson;
  return typeof metadata === 'object' && metadata !== null && typeof metadata.encoding === 'string';
}

async function decoded({ metadata = {}, data }: PayloadJson, codecs: readonly PayloadCodec[]): Promise<PayloadJson> {
  const entries = Object.entries(metadata).map(([key, value]) => [key, fromBase64(value)]);
  let payload = {
    metadata: Object.fromEntries(entries) as Record<string, Uint8Array>,
    data: fromBase64(data) as Uint8Array,
  };
  for (const codec of codecs.toReversed()) [payload] = (await codec.decode([payload])) as [typeof payload];
  const plain = Object.entries(payload.metadata).map(([key, value]) => [key, toBase64(value)]);
  return { metadata: Object.fromEntries(plain) as PayloadJson['metadata'], data: toBase64(payload.data) };
}

async function inlined(value: unknown, codecs: readonly PayloadCodec[]): Promise<unknown> {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return Promise.all(value.map((inner) => inlined(inner, codecs)));
  if (isPayload(value)) {
    return PLAIN.has(fromBase64(value.metadata.encoding).toString()) ? value : decoded(value, codecs);
  }
  const entries = Object.entries(value).map(async ([key, inner]) => [key, await inlined(inner, codecs)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * Copy of a history whose payloads are all in it, decrypted: without a store and keys, as a replay wants it.
 *
 * @throws BatonError `InvalidInput` naming the payload that is not in the store, or the key that is missing
 */
export async function inlinePayloads(history: HistoryJson, codecs: readonly PayloadCodec[]): Promise<HistoryJson> {
  return (await inlined(history, codecs)) as HistoryJson;
}
