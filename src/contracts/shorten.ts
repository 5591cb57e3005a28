/** Longest preview inside a shortened value, in characters. */
const MAX_PREVIEW = 400;

type Shortened = { truncated: true; bytes: number; preview: string };

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, plain) ?? 'null';
  } catch {
    // A cycle or a getter that throws: an event must not fail for it.
    return JSON.stringify('[cannot be shown as JSON]');
  }
}

/**
 * A value as events may carry it: plain JSON of at most `maxBytes` bytes of UTF-8, else a note of its size with its
 * beginning.
 */
export function shorten(value: unknown, maxBytes: number): unknown {
  const json = toJson(value);
  const bytes = new TextEncoder().encode(json).length;
  if (bytes <= maxBytes) return JSON.parse(json);
  const preview = json.slice(0, Math.min(MAX_PREVIEW, Math.floor(maxBytes / 4))).toWellFormed();
  return { truncated: true, bytes, preview } satisfies Shortened;
}
