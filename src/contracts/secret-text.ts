import { isHarmless, secretKey, type SecretKey } from './secret-key.ts';
import { redactPlaces } from './secret-places.ts';
import { isIssued, SHAPES } from './secret-shapes.ts';

export const REDACTED = '[redacted]';

/** Rules of an app's own, beside those for everybody. */
export type OwnRules = {
  patterns: readonly RegExp[];
  hasKeys: boolean;
  isOwn: (name: string) => boolean;
};

const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g;

/** `user:password@` after `://`. A password may hold an `@`, so it ends at the last one. */
const USER_INFO = /(?<=:\/\/)([^\s/?#:@"'<>]*):([^\s/"'<>]+)@/g;
const TOKEN_AS_USER = /(?<=https?:\/\/)[A-Za-z0-9_-]{16,}(?=@)/g;

/** Addresses that whoever knows them may post to. */
const WEBHOOK =
  /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/_-]+|(?<=discord(?:app)?\.com\/api\/webhooks\/)[A-Za-z0-9/_-]+|(?<=\.webhook\.office\.com\/webhookb2\/)[A-Za-z0-9/@_-]+/g;

const SCHEME = /(?<![\w-])(basic|bearer)(?:\s{1,4}|%20|\+)([A-Za-z0-9._~+/-]{8,}=*)/gi;
const CURL_USER = /((?:^|\s)(?:-u|--user)[ =]["']?[\w.@-]{1,64}:)([^\s"']+)/g;

/** A name and what may part it from its value. Begins once in each run of characters that a name may have. */
const NAME =
  /(?<![\p{L}\w.$%-])(-{0,2})([\p{L}_$][\p{L}\w.$-]{1,128})(\\*["'],[ \t]{0,4}\\*["']value\\*["'][ \t]{0,4}:[ \t]{0,4}|\\*["'`]?\]?(?:[ \t]{0,4}(?:=>|:=|==?|:)[ \t]{0,4}|>)|[ \t]{1,4}(?:(?:is|was|to)[ \t]{1,4})?)/gu;

/** What the name of a secret holds: a text and a name without any of it are passed over at once. */
const HINT =
  /pass|pwd|pw\b|psk|kennwort|contrase|senha|wachtwoord|hasło|lösenord|şifre|пароль|密码|密碼|パスワード|비밀번호|secret|cred|token|key|auth|cookie|sessid|bearer|jwt|otp|cvv|cvc|mnemonic|dsn|conn|pat\b|phrase|recovery|backup|pin_?code|security_?code|card_?number|mfa|sign|kubeconfig/i;

/** Shorter than this no token with a shape of its own is. */
const LONG_RUN = /[\w.~+/=:-]{19}/;

const AUTH_SCHEME = /(?:basic|bearer|token|digest|negotiate|apikey|api-key|aws4-hmac-sha256)[ \t]{1,4}/iy;
const ESCAPED_QUOTE = /(\\+)(["'])[\s\S]*?(?:\1\2|$)/y;
const QUOTED = /"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?|`(?:[^`\\]|\\[\s\S])*`?/y;
const BARE = /(?:[^\s"'`<>&;,]|,(?![\s]|[\w.-]+[=:]|$))+/y;
const BARE_AFTER_COLON = /(?:[^\s"'`<>;,]|,(?![\s]|[\w.-]+[=:]|$))+/y;
const ELEMENT = /[^<]+/y;
const COOKIES = /[^\r\n"'`=]{1,256}=[^\r\n"'`]+/y;

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** How often each character may be looked at again in search of a closing bracket, on average. */
const MAX_REPEATED = 4;

/**
 * As much of the text as a bracket encloses; all of it where nothing closes the bracket. `room` is what may still be
 * looked at: past it everything is taken for enclosed, since a hostile text may open a bracket at every place.
 */
function enclosed(text: string, at: number, room: { left: number }): string {
  let depth = 0;
  let quote = '';
  for (let i = at; i < text.length && room.left > 0; i += 1) {
    room.left -= 1;
    const char = text[i] as string;
    if (char === '\\') i += 1;
    else if (quote) quote = char === quote ? '' : quote;
    else if (char === '"') quote = char;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    if (depth === 0) return text.slice(at, i + 1);
  }
  return text.slice(at);
}

/** Neither a word nor a number: what no sentence has after "password is". */
const looksRandom = (text: string) => text.length >= 6 && /[A-Za-z]/.test(text) && /[\d!@#$%^&*]/.test(text);
const looksLikeToken = (text: string) => /\d|[_+/=]|[a-z][A-Z]/.test(text) || text.length >= 20;

/** Without a letter nothing in brackets is a secret: figures of usage, lists of token ids. */
const holdsText = (text: string) => /:\s*\\*"[^"]*[A-Za-z]|\[\s*\\*"[^"]*[A-Za-z]/.test(text);

type Named = { name: string; key: SecretKey; dashes: string; parted: string; room: { left: number } };

/** Where the value of a secret's name ends, and what of it is hidden; undefined where it is none. */
function secretAt(text: string, at: number, { name, key, dashes, parted, room }: Named) {
  const char = text[at];
  if (char === undefined || text.startsWith(REDACTED, at)) return undefined;
  const isShown = (found: string, as: 'sentence' | 'program' | 'value') => isHarmless(found, { name, key, as });
  const spaceOnly = /^[ \t]/.test(parted) && !/[=:>]/.test(parted);
  if (char === '{' || char === '[') {
    const whole = spaceOnly ? '' : enclosed(text, at, room);
    return room.left <= 0 || holdsText(whole) ? { hide: whole, skip: 0 } : undefined;
  }
  const escaped = matchAt(ESCAPED_QUOTE, text, at);
  if (escaped) {
    const edge = escaped.indexOf(escaped.includes('"') ? '"' : "'") + 1;
    const inner = escaped.slice(edge, -edge);
    return isShown(inner, 'value') ? undefined : { hide: inner, skip: edge };
  }
  const quoted = matchAt(QUOTED, text, at);
  if (quoted) {
    const inner = quoted.length > 1 && quoted.endsWith(char) ? quoted.slice(1, -1) : quoted.slice(1);
    return isShown(inner, 'value') ? undefined : { hide: inner, skip: 1 };
  }
  if (parted.includes('>') && !parted.includes('=')) {
    const element = matchAt(ELEMENT, text, at);
    return text[at - parted.length - name.length - 1] === '<' && element && !isShown(element.trim(), 'value')
      ? { hide: element, skip: 0 }
      : undefined;
  }
  if (/cookie/i.test(name) && /[=:]/.test(parted)) {
    const line = matchAt(COOKIES, text, at);
    return line ? { hide: line, skip: 0 } : undefined;
  }
  const scheme = /auth/i.test(name) ? (matchAt(AUTH_SCHEME, text, at) ?? '') : '';
  const bare = matchAt(parted.includes('=') ? BARE : BARE_AFTER_COLON, text, at + scheme.length);
  const value = bare?.replace(/[)\]}.:!?]+$/, '');
  if (!value || value.startsWith('//') || value.startsWith('[')) return undefined;
  if (spaceOnly) {
    if (dashes === '' ? key !== 'sure' || !looksRandom(value) : value.startsWith('-')) return undefined;
  } else if (scheme === '' && key === 'likely' && !parted.includes('=') && !looksLikeToken(value)) return undefined;
  const as = parted.includes('=') ? 'program' : 'sentence';
  const harmless = scheme === '' && (isShown(value, as) || isShown(bare as string, as));
  return harmless ? undefined : { hide: value, skip: scheme.length };
}

function keyOf(name: string, isOwn: OwnRules['isOwn']): SecretKey | undefined {
  if (isOwn(name)) return 'sure';
  return HINT.test(name) ? secretKey(name) : undefined;
}

/**
 * Hides what follows a secret's name: `password=…`, `?api_key=…`, `"token": "…"`, `--token …`. A part of a path, as in
 * `/etc/passwd: not found` or `arn:aws:…:secret:prod/db`, is not a name; after a backslash `n` is a line break.
 */
function redactNamed(text: string, isOwn: OwnRules['isOwn']): string {
  let clean = '';
  let kept = 0;
  const room = { left: MAX_REPEATED * text.length };
  NAME.lastIndex = 0;
  for (let found = NAME.exec(text); found; found = NAME.exec(text)) {
    const [all, dashes = '', name = '', parted = ''] = found;
    const before = text[found.index - 1];
    const isPath = before === '/' || (before === ':' && parted === ':');
    const key = isPath ? undefined : keyOf(before === '\\' ? name.slice(1) : name, isOwn);
    const at = found.index + all.length;
    const secret = key && secretAt(text, at, { name, key, dashes, parted, room });
    if (!secret) {
      // What parts this name from the next thing may stand before a name itself, as in `see --token x`.
      NAME.lastIndex = found.index + dashes.length + name.length;
      continue;
    }
    clean += text.slice(kept, at + secret.skip) + REDACTED;
    kept = at + secret.skip + secret.hide.length;
    NAME.lastIndex = kept;
  }
  return kept === 0 ? text : clean + text.slice(kept);
}

/** `user:password` in base64, as `Basic` has it; words after "basic" do not decode to that. */
function isUserAndPassword(base64: string): boolean {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let bits = 0;
  let held = 0;
  let text = '';
  for (const char of base64.replace(/=+$/, '').slice(0, 400)) {
    const digit = digits.indexOf(char);
    if (digit < 0) return false;
    held = (held << 6) | digit;
    bits += 6;
    if (bits >= 8) text += String.fromCharCode((held >> (bits -= 8)) & 0xff);
    held &= (1 << bits) - 1;
  }
  return /^[^\0-\x1f:]*:[^\0-\x1f]*$/.test(text);
}

function redactScheme(whole: string, scheme: string, value: string): string {
  const isSecret =
    scheme.toLowerCase() === 'basic' ? isUserAndPassword(value) : looksLikeToken(value) || value.length >= 16;
  return isSecret ? `${whole.slice(0, -value.length)}${REDACTED}` : whole;
}

function redactShapes(text: string): string {
  let clean = text;
  if (text.includes('-----BEGIN ')) clean = clean.replace(PRIVATE_KEY, REDACTED);
  if (text.includes('://')) {
    clean = clean
      .replace(USER_INFO, (whole, user: string, password: string) =>
        /^\d{1,5}[?#]/.test(password) ? whole : `${user}:${REDACTED}@`,
      )
      .replace(TOKEN_AS_USER, REDACTED)
      .replace(WEBHOOK, REDACTED);
  }
  if (LONG_RUN.test(clean)) clean = clean.replace(SHAPES, (token) => (isIssued(token) ? REDACTED : token));
  if (text.includes('-u')) clean = clean.replace(CURL_USER, `$1${REDACTED}`);
  return clean.replace(SCHEME, redactScheme);
}

/** The text with every secret in it replaced. Takes time in proportion to its length, whatever it holds. */
export function redactSecrets(text: string, { patterns, hasKeys, isOwn }: OwnRules): string {
  const shaped = redactPlaces(redactShapes(text), REDACTED);
  const named = hasKeys || HINT.test(shaped) ? redactNamed(shaped, isOwn) : shaped;
  return patterns.reduce((clean, pattern) => clean.replace(pattern, REDACTED), named);
}
