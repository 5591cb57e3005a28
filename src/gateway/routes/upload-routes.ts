import { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { detectFormat } from '../../spend/formats/detect-format.ts';
import type { FileSeal } from '../../payload/sealed-file.ts';
import { SpendError } from '../../spend/spend-error.ts';
import { identityOf } from '../auth/authenticate.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { COSTS } from '../work-budget.ts';
import { Problem } from '../problem.ts';
import { idSchema } from '../../contracts/text.ts';
import type { UploadStore } from '../uploads/upload-store.ts';

const stored = z.object({ upload_id: z.string(), bytes: z.int(), sha256: z.string(), format: z.string() });

const kept = z.object({
  uploads: z.array(z.object({ upload_id: z.string(), bytes: z.int(), uploaded_at: z.string() })),
  /** What they may have in all. */
  quota: z.object({ files: z.int(), bytes: z.int() }),
});

/** What a form has beside its file. */
const FORM_BYTES = 65_536;
const FORM_LIMITS = { files: 1, fields: 10, parts: 11, fieldNameSize: 128, fieldSize: FORM_BYTES, headerPairs: 50 };

/** Longest name of a file, in characters, as file systems have it. */
const MAX_FILE_NAME = 255;

/** Bytes of the body as its sender declared them; undefined where they come in chunks. */
function declaredBytes({ headers }: FastifyRequest): number | undefined {
  return headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
}

/** Of a form, what may not be the file's. */
const formBytes = (request: FastifyRequest) => (request.isMultipart() ? FORM_BYTES : 0);

/** Named by the header for a raw body; a name is for people, never a path. */
const FILE_NAME = 'x-file-name';
const uploadHeaders = z.looseObject({ [FILE_NAME]: z.string().max(MAX_FILE_NAME).optional() });

async function fileOf(request: FastifyRequest): Promise<{ name: string; content: Readable }> {
  if (!request.isMultipart()) {
    const { body } = request;
    if (!(body instanceof Readable)) {
      throw new Problem({ code: 'invalid_request', detail: 'send the file as the body, or as multipart form data' });
    }
    return { name: String(request.headers[FILE_NAME] ?? 'usage'), content: body };
  }
  const part = await request.file().catch((error: Error & { statusCode?: number }) => {
    if (error.statusCode !== undefined) throw error;
    // The parser of forms throws plain errors, all of them about what was sent.
    throw new Problem({ code: 'invalid_request', detail: `the form cannot be read: ${error.message}` });
  });
  if (!part) throw new Problem({ code: 'invalid_request', detail: 'the form holds no file' });
  if (part.filename.length > MAX_FILE_NAME) {
    const detail = `the form's file name has ${part.filename.length} characters; at most ${MAX_FILE_NAME} are taken`;
    throw new Problem({ code: 'invalid_request', detail });
  }
  return { name: part.filename, content: part.file };
}

function formatOf(stored: string, { isOn, opened }: FileSeal): Promise<string> {
  const detect = async ([path = stored]: readonly string[]) => {
    try {
      const { format } = await detectFormat(path, { quotes: true });
      return format.id;
    } catch (error) {
      if (!(error instanceof SpendError)) throw error;
      const code = error.code === 'unknown_format' ? 'unknown_format' : 'invalid_input';
      // The path is the server's own business; the caller knows the file as the one that was sent.
      throw new Problem({ code, detail: error.message.replaceAll(path, 'the file') });
    }
  };
  // What was sent may look like a sealed file, but without a key nothing of ours is one.
  return isOn ? opened([stored], detect) : detect([stored]);
}

/** Uploads of usage files. Archives are not unpacked, so there is nothing a bomb could unfold into. */
export function uploadRoutes(uploads: UploadStore, limits: GatewayContext['uploads']): FastifyPluginAsyncZod {
  const { maxBytes, maxUserBytes, maxUserFiles, files } = limits;

  return async function routes(server) {
    // Everything but forms arrives as a stream: a parsed or buffered body would be in memory whole.
    server.removeAllContentTypeParsers();
    await server.register(multipart, { limits: { ...FORM_LIMITS, fileSize: maxBytes + 1 } });
    server.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

    server.post(
      '/v1/uploads',
      {
        bodyLimit: maxBytes + FORM_BYTES,
        config: { cost: COSTS.upload },
        schema: {
          headers: uploadHeaders,
          tags: ['uploads'],
          summary: 'Store a usage file',
          description: `At most ${maxBytes} bytes; of one user at most ${maxUserFiles} files with ${maxUserBytes} bytes in all.`,
          response: { 201: stored },
        },
        // Before a byte of the body is read.
        onRequest: async (request) => uploads.refuseDeclared((declaredBytes(request) ?? 0) - formBytes(request)),
      },
      async (request, reply) => {
        const { user } = identityOf(request);
        if (request.headers['content-encoding']) {
          throw new Problem({ code: 'unsupported_media_type', detail: 'send the file as it is, without an encoding' });
        }
        const declared = Math.max(0, (declaredBytes(request) ?? 0) - formBytes(request));
        const { path, ...upload } = await uploads.save({ user, declared, ...(await fileOf(request)) });
        try {
          return await reply.code(201).send({ ...upload, format: await formatOf(path, files) });
        } catch (error) {
          await uploads.discard({ user, uploadId: upload.upload_id });
          throw error;
        }
      },
    );

    server.get(
      '/v1/uploads',
      { schema: { tags: ['uploads'], summary: 'What you keep, oldest first', response: { 200: kept } } },
      async (request) => {
        const found = await uploads.list(identityOf(request).user);
        const shown = found.map(({ path: _own, ...upload }) => upload);
        return { uploads: shown, quota: { files: maxUserFiles, bytes: maxUserBytes } };
      },
    );

    server.delete(
      '/v1/uploads/:upload_id',
      {
        schema: {
          tags: ['uploads'],
          summary: 'Delete a usage file; a run that still has to read it fails',
          params: z.object({ upload_id: idSchema }),
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { upload_id: uploadId } = request.params;
        if (await uploads.discard({ user: identityOf(request).user, uploadId })) return reply.code(204).send(null);
        throw new Problem({ code: 'not_found', detail: `there is no upload "${uploadId}"` });
      },
    );
  };
}
