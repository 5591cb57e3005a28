import { SpendError } from './spend-error.ts';

/**
 * Turns a failure of the database or the file system into a `SpendError`, when the cause is one a person can act on.
 * Anything else comes back as it was: a defect of ours must not read like a fault of the input.
 *
 * @param path the file being read or written
 */
export function toSpendError(error: unknown, path: string): unknown {
  if (error instanceof SpendError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOSPC' || /no space left on device|max_temp_directory_size/i.test(text))
    return new SpendError({
      code: 'disk_full',
      message: `No disk space left while working on ${path}. Nothing was kept. Free some space or choose another data folder, then run again.`,
      path,
      cause: error,
    });
  if (/out of memory/i.test(text))
    return new SpendError({
      code: 'out_of_memory',
      message: `Not enough memory to work on ${path}. Raise the memory limit, or split the file by time.`,
      path,
      cause: error,
    });
  if (/CSV Error on Line: (\d+)|maximum line size|Invalid unicode|not utf-8/i.test(text)) {
    const line = /on Line: (\d+)/.exec(text)?.[1];
    return new SpendError({
      code: 'invalid_input',
      message: `${path}${line ? `, row ${line}` : ''}: cannot be read as lines of UTF-8 text under 2 MB each. Export the file again, as UTF-8.`,
      path,
      row: line ? Number(line) : undefined,
      cause: error,
    });
  }
  return error;
}
