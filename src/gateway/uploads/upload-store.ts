import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Problem } from '../problem.ts';

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

export type StoredUpload = { upload_id: string; path: string; bytes: number; sha256: string };

/** Usage files that users handed over: each in a folder of its own below its user's. */
export function createUploadStore({ dir, maxBytes }: { dir: string; maxBytes: number }) {
  /** Stores a stream whole or not at all. What is refused is read to its end, so that the connection serves what comes next. */
  async function save({
    user,
    name,
    content,
  }: {
    user: string;
    name: string;
    content: Readable;
  }): Promise<StoredUpload> {
    const upload_id = randomUUID();
    const folder = join(folderOf(dir, user), upload_id);
    const path = join(folder, safeName(name));
    const hash = createHash('sha256');
    let bytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        hash.update(chunk);
        if (bytes <= maxBytes) return done(null, chunk);
        done(new Problem({ code: 'too_large', detail: `an upload may have ${maxBytes} bytes; split the export` }));
      },
    });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      // Given the stream itself, the pipeline would destroy it: a raw body takes its connection along, before any answer,
      // and a form's file leaves the rest of the body unread, in the way of the connection's next request.
      await pipeline(content.iterator({ destroyOnReturn: false }), measure, createWriteStream(path, { mode: 0o600 }));
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
    const [name] = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      // A disk that fails is no reason to say that there is no such upload.
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
      throw error;
    });
    return name === undefined ? undefined : join(folder, name);
  }

  async function discard({ user, uploadId }: { user: string; uploadId: string }): Promise<void> {
    await rm(join(folderOf(dir, user), uploadId), { recursive: true, force: true });
  }

  return { save, find, discard };
}

export type UploadStore = ReturnType<typeof createUploadStore>;
