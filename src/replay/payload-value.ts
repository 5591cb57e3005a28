import type { PayloadJson } from './history-json.ts';

/** Value of a payload that holds plain JSON; undefined of any other. */
export function payloadValue(payload: PayloadJson | undefined): unknown {
  const encoding = Buffer.from(payload?.metadata?.encoding ?? '', 'base64').toString();
  if (encoding !== 'json/plain' || payload?.data === undefined) return undefined;
  return JSON.parse(Buffer.from(payload.data, 'base64').toString()) as unknown;
}
