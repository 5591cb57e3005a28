import { hash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDir } from '../temporal-cli/cache-dir.ts';
import type { Inputs } from './track-inputs.ts';

type KeepOptions = {
  /** Folder whose files are not remembered: it is gone by the next time. */
  except?: string;
  /** When the bundling began, in milliseconds: a file that changed since may have been read before. */
  since: number;
};

type Kept = { code: string; files: Record<string, string>; missed: string[] };

const digest = (content: string | Buffer) => hash('sha256', content, 'base64url');
const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
const pathOf = (key: string) => join(cacheDir(), 'workflows', `${digest(key)}.json`);

function isCurrent({ files, missed }: Kept): boolean {
  const same = Object.entries(files).every(([path, was]) => isFile(path) && digest(readFileSync(path)) === was);
  return same && !missed.some((path) => existsSync(path));
}

/** Code of the bundle that was kept under this key, unless a file that went into it has changed, or one has come before it. */
export function readKeptBundle(key: string): string | undefined {
  try {
    const kept = JSON.parse(readFileSync(pathOf(key), 'utf8')) as Kept;
    return isCurrent(kept) ? kept.code : undefined;
  } catch {
    // None was kept, or half of one by a full disk: it is bundled anew.
    return undefined;
  }
}

/** Keeps a bundle for the next time, where it can. */
export function keepBundle(key: string, code: string, { read, missed }: Inputs, { except, since }: KeepOptions): void {
  const isOurs = (path: string) => except !== undefined && path.includes(except);
  const files = [...read].filter((path) => !isOurs(path) && isFile(path));
  if (files.some((path) => statSync(path).mtimeMs >= since)) return;
  const kept: Kept = {
    code,
    files: Object.fromEntries(files.map((path) => [path, digest(readFileSync(path))])),
    // Folders are among them, where a file of that name was looked for.
    missed: [...missed].filter((path) => !isOurs(path) && !existsSync(path)),
  };
  const path = pathOf(key);
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    // Whoever may write here decides what workers run.
    writeFileSync(draft, JSON.stringify(kept), { mode: 0o644 });
    renameSync(draft, path);
  } catch {
    // A folder that may not be written to: the next start bundles again.
  }
}
