import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, mkdir, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BatonError } from '../contracts/baton-error.ts';
import type { PayloadKey } from './payload-keys.ts';
import { CIPHER, KEY_MISSING, keyOf, NONCE_BYTES, TAG_BYTES } from './seal.ts';

/** Begins a sealed file; the length of the key's id, the id, nonce, cipher text and tag follow. */
const MARK = Buffer.from('\0BATONF1', 'latin1');
const MAX_ID_BYTES = 64;
const LONGEST_HEAD = MARK.length + 1 + MAX_ID_BYTES + NONCE_BYTES;

/** Folders of opened copies, by the process that made them. */
const COPIES = 'baton-opened-';

const WHAT = 'a sealed file';

function sealing({ id, key }: PayloadKey): Transform {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(id));
  let head: Buffer | undefined = Buffer.concat([MARK, Buffer.of(id.length), Buffer.from(id), nonce]);
  const parts = (...more: Buffer[]) => {
    const all = Buffer.concat([...(head ? [head] : []), ...more]);
    head = undefined;
    return all;
  };
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, parts(cipher.update(chunk))),
    flush: (done) => done(null, parts(cipher.final(), cipher.getAuthTag())),
  });
}

type Head = { id: string; nonce: Buffer; from: number; size: number; tag: Buffer };

/** What a sealed file says of itself; undefined for any other one. */
async function headOf(path: string): Promise<Head | undefined> {
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_HEAD), 0, LONGEST_HEAD, 0);
    if (bytesRead < MARK.length || !buffer.subarray(0, MARK.length).equals(MARK)) return undefined;
    const idEnd = MARK.length + 1 + (buffer[MARK.length] ?? 0);
    const from = idEnd + NONCE_BYTES;
    const tag = Buffer.alloc(TAG_BYTES);
    await file.read(tag, 0, TAG_BYTES, size - TAG_BYTES);
    const id = buffer.subarray(MARK.length + 1, idEnd).toString();
    return { id, nonce: buffer.subarray(idEnd, from), from, size, tag };
  } catch {
    // A folder, or what cannot be read: whoever opens it says so.
    return undefined;
  } finally {
    await file.close();
  }
}

async function openTo(path: string, { head, key, target }: { head: Head; key: PayloadKey; target: string }) {
  const { nonce, from, size, tag } = head;
  const decipher = createDecipheriv(CIPHER, key.key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(key.id)).setAuthTag(tag);
  const content = createReadStream(path, { start: from, end: Math.max(from, size - TAG_BYTES) - 1 });
  await pipeline(content, decipher, createWriteStream(target, { mode: 0o600 })).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw cause;
    const why = 'it is not the key that encrypted it, or the file was changed';
    const message = `key "${key.id}" of BATON_PAYLOAD_KEYS does not open ${WHAT}: ${why}`;
    throw new BatonError('InvalidInput', message, { code: KEY_MISSING, cause });
  });
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Copies of a process that was killed while it worked on them. */
async function removeLeft(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(COPIES));
  const left = names.filter((name) => isGone(Number.parseInt(name.slice(COPIES.length))));
  for (const name of left) await rm(join(tmpdir(), name), { recursive: true, force: true });
}

/** Files that are kept encrypted, and opened only while something works on them. */
export type FileSeal = {
  /** Whether this process encrypts what it keeps. */
  isOn: boolean;
  /** Encrypts what goes through it; undefined where there is no key. */
  stream(): Transform | undefined;
  /**
   * Calls `work` with paths of files that can be read, in the order given: the file itself where it is not sealed, else a
   * copy of the same name, in a folder of this user only, which is removed afterwards.
   *
   * @throws BatonError `InvalidInput` with code `payload_key_missing`
   */
  opened<T>(paths: readonly string[], work: (paths: readonly string[]) => Promise<T>): Promise<T>;
};

/** The first key seals, all open. Files that were kept before there were keys are read as they are. */
export function createFileSeal(keys: readonly PayloadKey[]): FileSeal {
  const [first] = keys;
  return {
    isOn: first !== undefined,
    stream: () => first && sealing(first),
    async opened(paths, work) {
      const heads = await Promise.all(paths.map(headOf));
      if (!heads.some((head) => head !== undefined)) return work(paths);
      await removeLeft();
      const folder = await mkdtemp(join(tmpdir(), `${COPIES}${process.pid}-`));
      try {
        const copies: string[] = [];
        for (const [index, path] of paths.entries()) {
          const head = heads[index];
          const target = join(folder, String(index), basename(path));
          if (head) {
            await mkdir(join(folder, String(index)), { mode: 0o700 });
            await openTo(path, { head, key: keyOf(keys, head.id, WHAT), target });
          }
          copies.push(head ? target : path);
        }
        return await work(copies);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
