import { plainCells } from './format.ts';
import { FORMATS } from './formats.ts';

const SEPARATORS: Record<string, string> = { ';': 'semicolons', '\t': 'tabs', '|': 'bars' };

/** Bytes in which a file without a mark of its encoding is recognised. */
const LOOKED_AT = 1_024;

const AS_UTF8 = 'Save it as UTF-8 ("CSV UTF-8" in a spreadsheet).';

/** Beginnings of files that people take for an export. */
const CONTAINERS: [magic: number[], what: string][] = [
  [[0x1f, 0x8b], 'it is compressed with gzip. Unpack it first.'],
  [[0x50, 0x4b, 0x03, 0x04], 'it is a ZIP archive, as .xlsx files are. Export the sheet as CSV, or unpack it first.'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'it is compressed with zstd. Unpack it first.'],
  [[0x42, 0x5a, 0x68], 'it is compressed with bzip2. Unpack it first.'],
  [[0x50, 0x41, 0x52, 0x31], 'it is a Parquet file. Export it as CSV or JSONL.'],
];

/** Of a file that is no UTF-8 text, what it is instead, with the remedy. */
export function otherThanText(head: Buffer): string | undefined {
  const begins = (magic: number[]) => magic.every((byte, index) => head[index] === byte);
  const container = CONTAINERS.find(([magic]) => begins(magic));
  if (container) return container[1];
  if (begins([0xff, 0xfe]) || begins([0xfe, 0xff])) return `it is written in UTF-16. ${AS_UTF8}`;
  const looked = head.subarray(0, LOOKED_AT);
  if (!looked.includes(0)) return undefined;
  // Text of ASCII in UTF-16 has a zero in every other byte, on one side only.
  const zeros = [0, 0];
  for (const [index, byte] of looked.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const isUtf16 = Math.min(...zeros) === 0 && Math.max(...zeros) > looked.length / 3;
  return isUtf16 ? `it is written in UTF-16. ${AS_UTF8}` : 'it is not text. Export it as CSV or JSONL.';
}

function csvNearMiss(line: string): string | undefined {
  for (const { id, header } of FORMATS) {
    if (header === undefined) continue;
    const wanted = header.toLowerCase().split(',');
    for (const [separator, called] of Object.entries(SEPARATORS)) {
      if (plainCells(line, separator).join() !== wanted.join()) continue;
      return `it has the columns of ${id}, but they are separated by ${called}. Export it with commas.`;
    }
    const cells = plainCells(line);
    if (wanted.every((name) => cells.includes(name))) {
      return `it has the columns of ${id} in another order or with others among them. It must have exactly ${header}.`;
    }
    const missing = wanted.filter((name) => !cells.includes(name));
    if (missing.length < wanted.length - 1) return `it lacks the column ${missing.join(' and ')} of ${id}.`;
  }
  return undefined;
}

function jsonNearMiss(line: string): string | undefined {
  if (!/^\s*[[{]/.test(line)) return undefined;
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return 'it is not JSON Lines: each line must be a JSON object of its own.';
  }
  if (Array.isArray(entry)) return 'it is one JSON list. Write one JSON object a line, without the list around them.';
  const keys = Object.keys(entry as object);
  for (const { id, keys: wanted } of FORMATS) {
    const missing = (wanted ?? []).filter((key) => !keys.includes(key));
    if (wanted === undefined || missing.length === wanted.length) continue;
    const lower = keys.map((key) => key.toLowerCase());
    const isCase = missing.every((key) => lower.includes(key));
    return `its objects lack ${missing.join(' and ')} of ${id}${isCase ? ': keys are told apart by upper and lower case' : ''}.`;
  }
  return undefined;
}

/** Of a file whose first line is nearly that of a known format, what is in the way. */
export function nearMiss(line: string): string | undefined {
  if (line.includes('\r')) return 'its lines end in CR alone. Save it with line ends of LF or CRLF.';
  return jsonNearMiss(line) ?? csvNearMiss(line);
}
