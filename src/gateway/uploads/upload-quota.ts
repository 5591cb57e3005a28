import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../problem.ts';

export type QuotaOptions = {
  /** Bytes that one user's uploads may have together. */
  maxUserBytes: number;
  /** Uploads that one user may keep. */
  maxUserFiles: number;
  /** How long an upload is kept, in milliseconds; an older one is deleted when its user uploads again. */
  keepMs: number;
};

export type KeptUpload = { upload_id: string; path: string; bytes: number; uploaded_at: string };

/** What a user has, while uploads of this user are under way. */
type Account = {
  files: number;
  bytes: number;
  underWay: number;
};

/** What is in a folder of uploads, oldest first. */
export async function keptIn(folder: string): Promise<KeptUpload[]> {
  const ids = await readdir(folder).catch(ifMissing<string[]>([]));
  const kept = await Promise.all(
    ids.map(async (upload_id) => {
      const [name] = await readdir(join(folder, upload_id)).catch(ifMissing<string[]>([]));
      const path = join(folder, upload_id, name ?? '');
      const found = await stat(path).catch(ifMissing(undefined));
      return found ? [{ upload_id, path, bytes: found.size, uploaded_at: found.mtime.toISOString() }] : [];
    }),
  );
  return kept.flat().toSorted((a, b) => (a.uploaded_at < b.uploaded_at ? -1 : 1));
}

/** A disk that fails is no reason to say that there is no such upload. */
export function ifMissing<T>(otherwise: T) {
  return (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return otherwise;
    throw error;
  };
}

/**
 * Bounds what each user keeps. What is under way counts as it comes, so that uploads side by side do not each take the
 * same room; several gateways on one folder see of each other's only what is on the disk.
 */
export function createUploadQuota({ maxUserBytes, maxUserFiles, keepMs }: QuotaOptions) {
  const accounts = new Map<string, Promise<Account>>();

  function exceeded(what: string): Problem {
    const days = Math.round(keepMs / 86_400_000);
    const detail = `your uploads may have ${what}; delete some by DELETE /v1/uploads/{upload_id}. Each is deleted by itself ${days} days after it came`;
    return new Problem({ code: 'quota_exceeded', detail });
  }

  async function read(folder: string): Promise<Account> {
    const kept = await keptIn(folder);
    const isOld = ({ uploaded_at }: KeptUpload) => Date.parse(uploaded_at) < Date.now() - keepMs;
    for (const { upload_id } of kept.filter(isOld)) await rm(join(folder, upload_id), { recursive: true, force: true });
    const left = kept.filter((upload) => !isOld(upload));
    return { files: left.length, bytes: left.reduce((sum, { bytes }) => sum + bytes, 0), underWay: 0 };
  }

  /**
   * Takes room for an upload into a user's folder until `close`; `declared` is what its sender says it has, in bytes, which
   * is taken at once.
   */
  async function open(folder: string, declared = 0) {
    const opening = accounts.get(folder) ?? read(folder);
    accounts.set(folder, opening);
    const account = await opening.catch((error: unknown) => {
      accounts.delete(folder);
      throw error;
    });
    account.underWay += 1;
    account.files += 1;
    account.bytes += declared;
    let reserved = declared;
    let own = 0;

    function close({ isKept }: { isKept: boolean }) {
      account.underWay -= 1;
      account.bytes -= isKept ? reserved - own : reserved;
      if (!isKept) account.files -= 1;
      if (account.underWay === 0) accounts.delete(folder);
    }
    function add(bytes: number) {
      own += bytes;
      if (own <= reserved) return;
      account.bytes += own - reserved;
      reserved = own;
      check();
    }
    function check() {
      if (account.files > maxUserFiles) throw exceeded(`${maxUserFiles} files`);
      if (account.bytes > maxUserBytes) throw exceeded(`${maxUserBytes} bytes in all`);
    }
    try {
      check();
    } catch (error) {
      close({ isKept: false });
      throw error;
    }
    return { add, close };
  }

  /** Gives back the room of an upload that was deleted while others are under way. */
  async function forget(folder: string, bytes: number): Promise<void> {
    const account = await accounts.get(folder);
    if (!account) return;
    account.files -= 1;
    account.bytes -= bytes;
  }

  return { open, forget };
}
