import type { LoadedDataConverter, Payload } from '@temporalio/common';

/** Values of payloads as a history holds them: the codecs in reverse of the order in which they encoded. */
export async function decodePayloads(
  { payloadCodecs, payloadConverter }: LoadedDataConverter,
  encoded: { payloads?: Payload[] | null } | null | undefined,
): Promise<unknown[]> {
  let payloads = encoded?.payloads ?? [];
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads);
  return payloads.map((payload) => payloadConverter.fromPayload(payload));
}
