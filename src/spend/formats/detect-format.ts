import { open, stat } from 'node:fs/promises';
import { SpendError } from '../spend-error.ts';
import type { Format } from './format.ts';
import { FORMATS, understood } from './formats.ts';

const HEAD_BYTES = 256 * 1024;

/**
 * Recognises a usage file by its first lines. An unknown one is quoted only where `quotes` says that it was handed over by
 * whoever reads the error: elsewhere a path may name any file of the machine.
 *
 * @returns its adapter, its size, and whether a data row was seen
 * @throws SpendError `invalid_input` for a missing file, a folder or an empty file; `unknown_format` otherwise
 */
export async function detectFormat(
  path: string,
  { quotes = false } = {},
): Promise<{ format: Format; bytes: number; hasRows: boolean }> {
  const info = await stat(path).catch((cause: unknown) => {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw invalid(path, missing ? 'there is no such file. Check the path.' : `cannot be read: ${String(cause)}`, cause);
  });
  if (info.isDirectory()) throw invalid(path, 'is a folder. Name the usage files in it.');
  if (info.size === 0) throw invalid(path, 'is empty (0 bytes). Export it again.');
  const lines = await headLines(path);
  const format = FORMATS.find((each) => each.detect({ lines }));
  if (!format) {
    const first = quotes ? ` Its first line is "${(lines[0] ?? '').slice(0, 80)}".` : '';
    const message = `${path}: the format is not known.${first} ${understood()}`;
    throw new SpendError({ code: 'unknown_format', message, path, row: 1 });
  }
  return { format, bytes: info.size, hasRows: lines.some(format.isDataLine) };
}

async function headLines(path: string): Promise<string[]> {
  const file = await open(path).catch((cause: unknown) => {
    throw invalid(path, `cannot be opened: ${String(cause)}`, cause);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const text = buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '');
    return text.split(/\r?\n/).filter((line) => line.trim() !== '');
  } finally {
    await file.close();
  }
}

function invalid(path: string, why: string, cause?: unknown): SpendError {
  return new SpendError({ code: 'invalid_input', message: `${path}: ${why}`, path, cause });
}
