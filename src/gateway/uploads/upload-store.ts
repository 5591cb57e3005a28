import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FileSeal } from '../../payload/sealed-file.ts';
import { Problem } from '../problem.ts';
import { createUploadQuota, ifMissing, keptIn, type KeptUpload, type QuotaOptions } from './upload-quota.ts';

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What a user's uploads are kept under; a user's name is no file name. */
function folderOf(dir: string, user: string): string {
  return join(dir, createHash('sha256').update(user).digest('hex').slice(0, 32));
}

/** The caller's name of the file, reduced to what is harmless in a path, a log and a report. */
function safeName(name: string): string {
  const last = basename(name.replaceAll('\\', '/'));
  return (
    last
      .replaceAll(/[^A-Za-z0-9._-]/g, '_')
      .replace(/^\.+/, '')
      .slice(-100) || 'usage'
  );
}

/**
 * Given the stream itself, a pipeline would destroy it: a raw body takes its connection along, before any answer, and a
 * form's file leaves the rest of the body unread, in the way of the connection's next request.
 *
 * @throws Problem `invalid_request` for a stream that breaks, which is its sender's doing
 */
async function* chunksOf(content: Readable): AsyncGenerator<Buffer> {
  try {
    yield* content.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new Problem({ code: 'invalid_request', detail: 'the file ended before its time', cause });
  }
}

export type StoredUpload = { upload_id: string; path: string; bytes: number; sha256: string };

type NewUpload = {
  user: string;
  name: string;
  content: Readable;
  /** What its sender says it has, in bytes. @default unknown */
  declared?: number;
};

export type UploadOptions = QuotaOptions & {
  dir: string;
  /** Largest upload, in bytes. */
  maxBytes: number;
  /** How files are encrypted where they are kept. */
  files: FileSeal;
};

/** Usage files that users handed over: each in a folder of its own below its user's. */
export function createUploadStore({ dir, maxBytes, files, ...limits }: UploadOptions) {
  const quota = createUploadQuota(limits);

  /**
   * Stores a stream whole or not at all. What is refused is not stored but read on, so that its connection serves what
   * comes next; how far it is read is bounded for all answers alike.
   *
   * @throws Problem `too_large`, or `quota_exceeded` where the user has no room left
   */
  async function save({ user, name, content, declared }: NewUpload): Promise<StoredUpload> {
    const room = await quota.open(folderOf(dir, user), declared);
    let isKept = false;
    try {
      const stored = await store({ user, name, content, onBytes: room.add });
      isKept = true;
      return stored;
    } finally {
      room.close({ isKept });
    }
  }

  async function store({
    user,
    name,
    content,
    onBytes,
  }: NewUpload & { onBytes: (bytes: number) => void }): Promise<StoredUpload> {
    const upload_id = randomUUID();
    const folder = join(folderOf(dir, user), upload_id);
    const path = join(folder, safeName(name));
    const hash = createHash('sha256');
    let bytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        hash.update(chunk);
        if (bytes > maxBytes) return done(tooLarge());
        try {
          onBytes(chunk.length);
          done(null, chunk);
        } catch (error) {
          done(error as Error);
        }
      },
    });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      const source = chunksOf(content);
      const sealing = files.stream();
      const target = createWriteStream(path, { mode: 0o600 });
      await (sealing ? pipeline(source, measure, sealing, target) : pipeline(source, measure, target));
    } catch (error) {
      content.resume();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return { upload_id, path, bytes, sha256: hash.digest('hex') };
  }

  /** Path of a user's upload; undefined if this user has none of that id. */
  async function find({ user, uploadId }: { user: string; uploadId: string }): Promise<string | undefined> {
    if (!ID.test(uploadId)) return undefined;
    const folder = join(folderOf(dir, user), uploadId);
    const [name] = await readdir(folder).catch(ifMissing<string[]>([]));
    return name === undefined ? undefined : join(folder, name);
  }

  /** Deletes a user's upload; whether there was one of that id. */
  async function discard({ user, uploadId }: { user: string; uploadId: string }): Promise<boolean> {
    const path = await find({ user, uploadId });
    if (path === undefined) return false;
    const { size } = await stat(path);
    const folder = folderOf(dir, user);
    await rm(join(folder, uploadId), { recursive: true, force: true });
    await quota.forget(folder, size);
    return true;
  }

  /** What a user keeps, oldest first. */
  function list(user: string): Promise<KeptUpload[]> {
    return keptIn(folderOf(dir, user));
  }

  function tooLarge(): Problem {
    return new Problem({ code: 'too_large', detail: `an upload may have ${maxBytes} bytes; split the export` });
  }

  return {
    save,
    find,
    discard,
    list,
    /** @throws Problem `too_large` for more bytes than an upload may have */
    refuseDeclared(bytes: number) {
      if (bytes > maxBytes) throw tooLarge();
    },
  };
}

export type UploadStore = ReturnType<typeof createUploadStore>;
