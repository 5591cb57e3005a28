import { open, stat } from 'node:fs/promises';
import { SpendError } from '../spend-error.ts';
import type { Format } from './format.ts';
import { FORMATS, understood } from './formats.ts';
import { nearMiss, otherThanText } from './near-miss.ts';

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
  const head = await headOf(path);
  const other = otherThanText(head);
  if (other) throw unknown(path, `the format is not known: ${other}`);
  const lines = linesOf(head);
  const format = FORMATS.find((each) => each.detect({ lines }));
  if (!format) {
    const [line = ''] = lines;
    const miss = nearMiss(line);
    const first = quotes ? ` Its first line is "${line.slice(0, 80)}".` : '';
    throw unknown(path, `the format is not known${miss ? `: ${miss}` : '.'}${first}`);
  }
  return { format, bytes: info.size, hasRows: lines.some(format.isDataLine) };
}

function unknown(path: string, what: string) {
  return new SpendError({ code: 'unknown_format', message: `${path}: ${what} ${understood()}`, path, row: 1 });
}

function linesOf(head: Buffer): string[] {
  const text = head.toString('utf8').replace(/^\uFEFF/, '');
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path).catch((cause: unknown) => {
    throw invalid(path, `cannot be opened: ${String(cause)}`, cause);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function invalid(path: string, why: string, cause?: unknown): SpendError {
  return new SpendError({ code: 'invalid_input', message: `${path}: ${why}`, path, cause });
}
