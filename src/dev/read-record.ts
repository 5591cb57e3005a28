import { closeSync, openSync, readSync } from 'node:fs';
import type { z } from 'zod';

/** Size past which a file of the data folder is no record, in bytes; records have some hundred. */
const MAX_BYTES = 4_096;

/** What a process recorded of itself in a small file; undefined where there is none, or something else is in its place. */
export function readRecord<Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema> | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const bytes = Buffer.alloc(MAX_BYTES + 1);
    const length = readSync(fd, bytes, 0, bytes.length, 0);
    return length > MAX_BYTES ? undefined : schema.parse(JSON.parse(bytes.toString('utf8', 0, length)));
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
