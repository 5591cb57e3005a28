import { MAX_WAIT_MS } from '../contracts/number-fault.ts';
import { thrownField } from '../contracts/thrown-message.ts';

/** Fields under which clients of HTTP keep the headers of an answer: fetch, AI SDK, axios, got, the AWS SDK. */
const HEADER_FIELDS = ['headers', 'responseHeaders'] as const;
const ANSWER_FIELDS = ['response', '$response', 'res'] as const;

/** Most headers that are looked through. */
const MAX_HEADERS = 200;

type Entry = readonly [name: unknown, value: unknown];

/** Headers as pairs, whichever form they have: `Headers`, a map, pairs, a flat list as Node's, or an object. */
function entriesOf(headers: unknown): Entry[] {
  if (typeof headers !== 'object' || headers === null) return [];
  try {
    if (Array.isArray(headers)) {
      if (headers.every((each) => Array.isArray(each))) return headers.slice(0, MAX_HEADERS) as unknown[] as Entry[];
      const names = headers.slice(0, 2 * MAX_HEADERS).filter((_each, index) => index % 2 === 0) as unknown[];
      return names.map((name, index) => [name, headers[2 * index + 1] as unknown]);
    }
    const { entries } = headers as { entries?: unknown };
    if (typeof entries === 'function') {
      return [...(entries.call(headers) as Iterable<Entry>)].slice(0, MAX_HEADERS);
    }
    return Object.entries(headers).slice(0, MAX_HEADERS);
  } catch {
    // Thrown things may be anything, proxies that throw among them.
    return [];
  }
}

function textOf(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof one === 'number') return String(one);
  return typeof one === 'string' || Buffer.isBuffer(one) ? String(one).trim() : undefined;
}

/** A wait as it may be given to Temporal; undefined where it is none. */
export function boundedWait(ms: unknown): number | undefined {
  return typeof ms === 'number' && ms >= 0 ? Math.min(Math.ceil(ms), MAX_WAIT_MS) : undefined;
}

function numeral(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function waitIn(headers: unknown): number | undefined {
  const named = new Map(entriesOf(headers).map(([name, value]) => [String(name).toLowerCase(), textOf(value)]));
  const ms = numeral(named.get('retry-after-ms'));
  if (ms !== undefined) return boundedWait(ms);
  const text = named.get('retry-after');
  const seconds = numeral(text);
  if (seconds !== undefined) return boundedWait(seconds * 1_000);
  // A date has a name of a month or dashes; a lone number that Date would take for a year has neither.
  const date = text !== undefined && /[a-z]{3}|\d-\d/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : boundedWait(Math.max(0, date - Date.now()));
}

/**
 * How long a service asked to be left alone, in milliseconds, at most a day: `retry-after-ms`, or `retry-after` in seconds
 * or as a date, in the headers of any link of an error's chain of causes.
 */
export function retryAfterOf(chain: readonly unknown[]): number | undefined {
  for (const link of chain) {
    const holders = [link, ...ANSWER_FIELDS.map((field) => thrownField(link, field))];
    for (const holder of holders) {
      for (const field of HEADER_FIELDS) {
        const found = waitIn(thrownField(holder, field));
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}
