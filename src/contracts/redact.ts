/** Keys whose values are secrets whatever they look like. */
const SECRET_KEYS =
  /^(.*[_-])?(password|passwd|passphrase|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|authorization|auth|cookie|set-cookie|credential|credentials|client[_-]?secret|session[_-]?token|bearer)$/i;

/** Token counts are this field's daily bread and no secrets. */
const COUNTS = /^(.*_)?tokens?(_.*)?$/i;

/** Texts that are secrets whatever they are called: provider keys, JWTs, bearer headers, private keys, URLs with a password. */
const SECRET_TEXTS: RegExp[] = [
  /\bsk-[A-Za-z0-9_-]{16,}\b/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{30,}\b/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}\b/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /\b[Bb]earer\s+[A-Za-z0-9._~+/-]{8,}=*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<=:\/\/[^\s/:@]{1,100}:)[^\s/@]{1,200}(?=@)/g,
];

const REDACTED = '[redacted]';

function isSecretKey(key: string, value: unknown): boolean {
  const isCount = typeof value === 'number' && COUNTS.test(key);
  return SECRET_KEYS.test(key) && !isCount && value !== null && value !== undefined;
}

function redactText(text: string): string {
  return SECRET_TEXTS.reduce((clean, pattern) => clean.replace(pattern, REDACTED), text);
}

function redactInner(value: unknown, ancestors: Set<object>): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (ancestors.has(value)) return '[circular]';
  ancestors.add(value);
  const clean = Array.isArray(value)
    ? value.map((inner) => redactInner(inner, ancestors))
    : Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [
          key,
          isSecretKey(key, inner) ? REDACTED : redactInner(inner, ancestors),
        ]),
      );
  ancestors.delete(value);
  return clean;
}

/**
 * Copy of a JSON-like value in which secrets are replaced, by the name of their key and by their pattern. Applied to
 * everything before it is published.
 */
export function redact<T>(value: T): T {
  return redactInner(value, new Set()) as T;
}
