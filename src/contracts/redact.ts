import { isSecretValue, keyWords } from './secret-key.ts';
import { REDACTED, redactSecrets } from './secret-text.ts';

/** A shorter key is no token itself. */
const LEAST_TOKEN = 16;

/** Deepest value that is shown. */
const MAX_DEPTH = 100;

/** Entries of lists of settings and headers: `{ name: 'DB_PASSWORD', value: '…' }`. */
const NAME_FIELDS = ['name', 'key', 'header', 'Name', 'Key'] as const;
const VALUE_FIELDS = new Set(['value', 'Value']);

/** What an app keeps secret beside what everybody does: the name of a key in any spelling, or a pattern of texts. */
export type RedactionRule = string | RegExp;

const ownPatterns = new Map<string, RegExp>();
const ownKeys = new Set<string>();
const spelling = (key: string) => keyWords(key).join(' ');
const isOwn = (key: string) => ownKeys.size > 0 && ownKeys.has(spelling(key));
const own = { patterns: [] as readonly RegExp[], hasKeys: false, isOwn };

function patternOf(rule: RegExp): RegExp {
  const pattern = new RegExp(rule.source, `${rule.flags.replace(/[gy]/g, '')}g`);
  if (pattern.test('')) throw new TypeError(`redact: ${String(rule)} matches the empty text and would hide everything`);
  pattern.lastIndex = 0;
  return pattern;
}

/**
 * Adds rules for the whole process, because loggers, answers and failures know no app. Rules only ever hide more, so
 * those of two apps do not disturb each other.
 *
 * @throws TypeError if a rule names nothing or matches the empty text
 */
export function addRedactionRules(rules: readonly RedactionRule[]): void {
  for (const rule of rules) {
    if (typeof rule === 'string') {
      if (spelling(rule) === '') throw new TypeError(`redact: ${JSON.stringify(rule)} names no key`);
      ownKeys.add(spelling(rule));
    } else if (Object.prototype.toString.call(rule) === '[object RegExp]') {
      const pattern = patternOf(rule);
      ownPatterns.set(String(pattern), pattern);
    } else {
      throw new TypeError(`redact: a rule is the name of a key or a RegExp, not ${typeof rule}`);
    }
  }
  own.patterns = [...ownPatterns.values()];
  own.hasKeys = ownKeys.size > 0;
}

/** The text with every secret in it replaced by `[redacted]`. Takes time in proportion to its length. */
export function redactText(text: string): string {
  return redactSecrets(text, own);
}

const isSecret = (key: string, value: unknown) =>
  isSecretValue(key, value) || (value !== null && value !== undefined && value !== '' && isOwn(key));

function isEntry(value: unknown): value is [string, unknown] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string';
}

function ofError(error: Error): object {
  const { name, message, stack, cause } = error;
  return { ...error, name, message, stack, ...(cause !== undefined && { cause }) };
}

type Walk = { textOf: (text: string) => string; ancestors: Set<object> };

function redactList(list: readonly unknown[], walk: Walk): unknown[] {
  const isEntries = list.length > 0 && list.every(isEntry);
  return list.map((item) =>
    isEntries && isEntry(item) && isSecret(...item) ? [item[0], REDACTED] : redactInner(item, walk),
  );
}

function redactFields(value: object, walk: Walk): object {
  const name = NAME_FIELDS.map((field) => (value as Record<string, unknown>)[field]).find(
    (field) => typeof field === 'string',
  );
  const fields = Object.entries(value).map(([key, inner]) => {
    const isNamed = name !== undefined && VALUE_FIELDS.has(key) && isSecret(name, inner);
    const shown = isNamed || isSecret(key, inner) ? REDACTED : redactInner(inner, walk);
    return [key.length < LEAST_TOKEN ? key : walk.textOf(key), shown];
  });
  return Object.fromEntries(fields);
}

function redactInner(value: unknown, walk: Walk): unknown {
  const { textOf, ancestors } = walk;
  if (typeof value === 'string') return textOf(value);
  if (typeof value !== 'object' || value === null) return value;
  if (ancestors.has(value)) return '[circular]';
  if (ancestors.size >= MAX_DEPTH) return '[too deep]';
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  ancestors.add(value);
  try {
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return redactInner(toJSON.call(value), walk);
    if (Array.isArray(value)) return redactList(value, walk);
    return redactFields(value instanceof Error ? ofError(value) : value, walk);
  } catch {
    // A getter that throws must not cost an event.
    return '[cannot be shown]';
  } finally {
    ancestors.delete(value);
  }
}

/**
 * Copy of a JSON-like value in which secrets are replaced by `[redacted]`: by the name of their key, by their own shape
 * and by the rules of the app. Applied to whatever leaves a process; applying it again changes nothing.
 *
 * @param values more texts that are secret wherever they stand
 */
export function redact<T>(value: T, values: ReadonlySet<string> = new Set()): T {
  const textOf = (text: string) =>
    redactText([...values].reduce((clean, secret) => clean.replaceAll(secret, REDACTED), text));
  return redactInner(value, { textOf: values.size > 0 ? textOf : redactText, ancestors: new Set() }) as T;
}

function redactLine(line: string): string {
  try {
    return `${JSON.stringify(redact(JSON.parse(line)))}\n`;
  } catch {
    return redactText(line);
  }
}

/** Options of a `pino` logger, none of whose lines shows a secret, whatever is logged and however. */
export const REDACTED_LINES = { hooks: { streamWrite: redactLine } };
