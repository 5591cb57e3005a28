/** Longest part of a key that is looked at, in characters, and most keys whose answer is remembered. */
const MAX_KEY = 200;
const MAX_REMEMBERED = 2_000;

/**
 * What a key says of its value. `sure`: a secret, even where it is a number. `likely`: a secret unless it is a figure,
 * because the same word also counts (`tokens`) or names (`auth`).
 */
export type SecretKey = 'sure' | 'likely';

const words = (text: string) => new Set(text.trim().split(/\s+/));

const SURE = words(`password passwd passwort passphrase passcode pwd pass secret credential cred jwt otp totp cvv cvc
  kennwort contraseña contrasena senha wachtwoord hasło lösenord şifre пароль 密码 密碼 パスワード 비밀번호 pw psk
  phpsessid jsessionid mnemonic apikey privkey dsn connstr kubeconfig`);

/** Keys that are written as one word, and what may stand before them: `pgpassword`, `awssecretaccesskey`. */
const GLUED =
  /(?:password|passwd|passphrase|secret|apikey|apisecret|secretkey|accesskey|privatekey|authkey|accountkey|sharedkey|accesstoken|refreshtoken|authtoken|bearertoken|sessiontoken|apitoken|idtoken|connectionstring|credential|(?:^|old|new|db|my|user|admin|root)pwd|(?:db|sql|user|admin|root|ssh|smtp|mysql|pg)pass)$/;

/** Two words that mean a secret together. */
const PAIRS =
  words(`connection_string conn_string conn_str recovery_code recovery_phrase backup_code seed_phrase pin_code
  mfa_code de_passe amz_signature security_code card_number session_cookie signed_url presigned_url`);

const LIKELY = words('token auth authorization cookie bearer pat');

/** `key` is a secret with one of these before it; a `primary_key`, a `public_key` or a `cache_key` is none. */
const SECRET_KEY_OF =
  words(`api app access private secret signing encryption decryption master auth account shared storage
  session consumer ssh rsa pgp gpg aes hmac subscription license deploy host webhook root client service functions license admin`);

/** A last word that says something about a secret without giving it: `password_policy`, `token_count`, `secret_arn`. */
const ABOUT =
  words(`count limit length size usage used budget remaining type kind policy name arn version expiry expires
  expiration expire at in ttl age url uri endpoint method scheme mode status state enabled required strength updated created
  changed rotated rotation field label description format algorithm alg provider issuer audience scope id index file path
  env var prefix hint price cost rate per ratio percent manager store vault reset page form input placeholder error domain
  max min total cached reasoning detail details ref found detected scanned`);

/** A last word that changes nothing: `token_value`, `api_key_prod`, `password_hash`. */
const BESIDE =
  words(`value string plain plaintext raw text base64 b64 hex hash hashed pem header json list map param new old
  current previous prod production test dev live staging sandbox default encrypted`);

/** Before `token`: what counts, pages or parses. */
const NO_LOGIN =
  words(`max min input output prompt completion total cached reasoning usage used num special stop eos bos pad
  unk sep cls mask start end first next prev page continuation cancel cancellation abort design syntax lexer`);

/** Words of a key in lower case and singular: `dbPasswords`, `DB_PASSWORD` and `db-password` are the same two. */
export function keyWords(key: string): string[] {
  const spaced = key
    .slice(-MAX_KEY)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase();
  return spaced.split(/[^\p{L}\d]+/u).flatMap((part) => {
    const word = part.replace(/\d+$/, '');
    if (word === '' || /^v?$/.test(word)) return [];
    return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
  });
}

function judge(key: string): SecretKey | undefined {
  const all = keyWords(key);
  if (all.some((word, index) => PAIRS.has(`${word}_${all[index + 1]}`))) return 'sure';
  while (all.length > 1 && BESIDE.has(all.at(-1) as string)) all.pop();
  const last = all.at(-1);
  if (last === undefined) return undefined;
  const before = all.at(-2) ?? '';
  if (all.length > 1 && ABOUT.has(last)) return undefined;
  if (all.some((word) => SURE.has(word) || GLUED.test(word))) return 'sure';
  if (last === 'key' && SECRET_KEY_OF.has(before)) return 'sure';
  if (last === 'token' && NO_LOGIN.has(before)) return undefined;
  if (last === 'pat' && all.length === 1) return undefined;
  return LIKELY.has(last) ? 'likely' : undefined;
}

const remembered = new Map<string, SecretKey | undefined>();

/** Whether a key names a secret, by its words. */
export function secretKey(key: string): SecretKey | undefined {
  if (remembered.has(key)) return remembered.get(key);
  const judged = judge(key);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  if (key.length <= MAX_KEY) remembered.set(key, judged);
  return judged;
}

/** Deepest figure that is looked for; usage is a few levels deep. */
const MAX_DEPTH = 4;

const NUMERAL = /^[\d.,_\s]+[kKmM%]?$/;

function isFigure(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return NUMERAL.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return depth < MAX_DEPTH && Object.values(value).every((inner) => isFigure(inner, depth + 1));
}

/** What stands for a secret: masks, and placeholders of templates. */
const MASK =
  /^(?:\$\{[^}]*\}|\$[A-Z_]+|\{\{[^}]*\}\}|<[^>]*>|%[A-Z_]+%|%[a-z]|\*+|x{3,}|\.{3,}|…|\[?redacted\]?|\[circular\])$/i;

/** How something signs in, which is no secret. */
const WAY =
  /^(?:none|basic|bearer|digest|negotiate|oauth2?|oidc|saml|sso|jwt|token|key|required|optional|disabled|enabled|auto|default|inherit|public|private|include|omit|same-origin)$/i;
const FETCH_CREDENTIALS = /^(?:include|omit|same-origin)$/;

const PATH = /^(?:\/|~|[A-Za-z]:\\)/;

/** Types and values of a program, and words of a sentence about a secret. */
const LITERAL =
  /^(?:(?:z\.)?(?:string|str|number|int|boolean|bool|object|any|unknown|bytes|undefined|null)(?:\(\))?|nil|none|true|false)$/i;
const PROSE =
  /^(?:yes|no|not|is|was|are|must|should|may|can|cannot|required|missing|invalid|expired|expected|unexpected|empty|wrong|incorrect|refused|denied|rejected|accepted|changed|reset|set|unset|too|the|a|an|for|of|or|and|in|to|at|from|has|needs?|does|did|error|failed|failure|ok|password|secret)$/i;

type Found = {
  name: string;
  key: SecretKey;
  /** Whether it may be the next word of a sentence, or of a program, or is certainly the value of its name. */
  as: 'sentence' | 'program' | 'value';
};

/** Whether a text that was found where a secret is expected may be shown. */
export function isHarmless(text: string, { name, key, as }: Found): boolean {
  if (text === '' || MASK.test(text) || FETCH_CREDENTIALS.test(text)) return true;
  if (key === 'likely' && (NUMERAL.test(text) || WAY.test(text))) return true;
  if (/pwd$/i.test(name) && PATH.test(text)) return true;
  return as !== 'value' && (LITERAL.test(text) || (as === 'sentence' && PROSE.test(text)));
}

/** A `pin` of a device has one or two digits. */
const DOOR_NUMBER = /^\d{4,8}$/;

/** Whether a value is a secret by the name of its key. */
export function isSecretValue(key: string, value: unknown): boolean {
  if (DOOR_NUMBER.test(String(value)) && keyWords(key).at(-1) === 'pin') return true;
  const judged = secretKey(key);
  if (judged === undefined || value === null || value === undefined || typeof value === 'boolean') return false;
  if (typeof value === 'string') return !isHarmless(value, { name: key, key: judged, as: 'value' });
  if (typeof value === 'object' && Object.keys(value).length === 0) return false;
  return judged === 'sure' || !isFigure(value);
}
