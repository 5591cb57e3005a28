import { defaultPayloadConverter, type DataConverter } from '@temporalio/common';

/**
 * Has a value kept as it will be when it is sent, before it is: what cannot be kept at that moment fails whoever sends
 * it. One that is kept already, which is known by its bytes, is not kept twice.
 *
 * @throws BatonError `NetworkError` while the store of large payloads is down
 */
export async function keepPayload({ payloadCodecs = [] }: DataConverter, value: unknown): Promise<void> {
  let payloads = [defaultPayloadConverter.toPayload(value)];
  for (const codec of payloadCodecs) payloads = await codec.encode(payloads);
}
