import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BatonError } from '../contracts/baton-error.ts';
import type { BlobStore } from './blob-store.ts';

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
}

/**
 * Blobs as files of one folder. A file is there whole or not at all, whoever dies meanwhile; what a loss of power cut
 * off is written again by the next who has it.
 */
export function createFileBlobs(folder: string): BlobStore {
  const name = `file:${folder}`;
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);

  function unusable(what: string, cause: unknown): BatonError {
    const why = (cause as Error).message;
    return new BatonError('NetworkError', `blob store ${name} cannot be ${what}: ${why}; see BATON_STORE`, { cause });
  }

  async function isThere(path: string, { length }: Uint8Array): Promise<boolean> {
    const found = await stat(path).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (found?.size !== length) return false;
    // Whoever clears the folder by age must see that the blob is in use again.
    const now = new Date();
    await utimes(path, now, now);
    return true;
  }

  return {
    name,
    async put(sha256, bytes) {
      const path = pathOf(sha256);
      const draft = `${path}.${randomUUID()}.tmp`;
      try {
        if (await isThere(path, bytes)) return;
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeFile(draft, bytes, { mode: 0o600 });
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw unusable('written', error);
      }
    },
    get: (sha256) =>
      readFile(pathOf(sha256)).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw unusable('read', error);
      }),
  };
}
