import { timingSafeEqual } from 'node:crypto';
import cors from '@fastify/cors';
import { defaultPayloadConverter, type Payload, type PayloadCodec } from '@temporalio/common';
import Fastify from 'fastify';
import { z } from 'zod';
import { BatonError } from '../contracts/baton-error.ts';

/** Largest request, in bytes. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Payloads as Temporal's UI and command line send them: protobuf's JSON, bytes in base64. */
const bodySchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.string()).default({}), data: z.string().default('') })),
});

type Options = {
  codecs: PayloadCodec[];
  /** Part of the path without which nothing is answered: the UI can send no header of its own. */
  token: string;
  /** Origins of the UIs whose pages may call. */
  origins: string[];
  port: number;
};

function fromJson({ payloads }: z.infer<typeof bodySchema>): Payload[] {
  return payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, Buffer.from(value, 'base64')])),
    data: Buffer.from(data, 'base64'),
  }));
}

function toJson(payloads: Payload[]): z.infer<typeof bodySchema> {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key, base64(value)])),
      data: base64(data ?? new Uint8Array()),
    })),
  };
}

/** One payload as it was; one that cannot be had says why in its place, so that it hides none of the others. */
async function decodeOne(codecs: readonly PayloadCodec[], payload: Payload): Promise<Payload> {
  try {
    let decoded = [payload];
    for (const codec of codecs.toReversed()) decoded = await codec.decode(decoded);
    return decoded[0] ?? payload;
  } catch (error) {
    return defaultPayloadConverter.toPayload({ not_readable: (error as Error).message });
  }
}

/**
 * Serves the codecs to Temporal's UI and command line, on this machine only.
 *
 * @throws BatonError `InvalidInput` naming the port when it is taken
 */
export async function serveCodec({ codecs, token, origins, port }: Options) {
  const server = Fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true });
  const expected = Buffer.from(token);
  await server.register(cors, {
    origin: origins,
    methods: ['POST'],
    allowedHeaders: ['content-type', 'x-namespace', 'authorization'],
    credentials: true,
  });

  server.addHook('preHandler', async ({ headers, params }, reply) => {
    const given = Buffer.from((params as { token?: string }).token ?? '');
    const isKnown = given.length === expected.length && timingSafeEqual(given, expected);
    // A page elsewhere could send a request even though it may not read the answer.
    const isForeign = headers.origin !== undefined && !origins.includes(headers.origin);
    if (!isKnown || isForeign) await reply.code(isKnown ? 403 : 404).send({ message: 'not for you' });
  });
  server.setErrorHandler((error, _request, reply) => {
    const isMalformed = error instanceof z.ZodError;
    const message = isMalformed ? z.prettifyError(error) : (error as Error).message;
    void reply.code(isMalformed ? 400 : ((error as { statusCode?: number }).statusCode ?? 500)).send({ message });
  });
  server.post('/:token/decode', async ({ body }) => {
    const payloads = fromJson(bodySchema.parse(body));
    return toJson(await Promise.all(payloads.map((payload) => decodeOne(codecs, payload))));
  });
  server.post('/:token/encode', async ({ body }) => {
    let payloads = fromJson(bodySchema.parse(body));
    for (const codec of codecs) payloads = await codec.encode(payloads);
    return toJson(payloads);
  });

  const address = await server.listen({ host: '127.0.0.1', port }).catch((cause: unknown) => {
    throw new BatonError('InvalidInput', `port ${port} of 127.0.0.1 cannot be listened on: give another`, { cause });
  });
  return { url: `${address}/${token}`, close: () => server.close() };
}
