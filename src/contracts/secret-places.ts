import { secretKey } from './secret-key.ts';

/**
 * Texts in which not a name before it, but what stands around it says that something is secret. Each begins with a fixed
 * word and looks at most `NEAR` characters ahead, so that a hostile text is walked through in proportion to its length.
 */
const NEAR = '{0,200}?';

const pattern = (source: string, flags = 'gi') => new RegExp(source, flags);

/** What stands before the secret, and the secret. */
const PLACES: readonly RegExp[] = [
  // Signed addresses: whoever has one may do what it is signed for.
  pattern(String.raw`([?&](?:sig|signature|x-amz-signature|x-goog-signature)=)([^&\s"'<>]{8,})`),
  // Names and values in the form of an address, once more encoded.
  pattern(String.raw`((?:passw(?:or)?d|passphrase|secret|token|api_?key)%3D)((?:(?!%26)[^\s"'&<>])+)`),
  // Commands whose options have no name of a secret.
  pattern(String.raw`(\bsshpass[ \t]{1,4}-p[ \t]{0,4}["']?)([^\s"']+)`, 'g'),
  pattern(String.raw`(\bredis-cli\b[^\n]${NEAR}[ \t]-a[ \t]{1,4}["']?)([^\s"']+)`, 'g'),
  pattern(String.raw`(\b(?:docker|podman|registry)[ \t]{1,4}login\b[^\n]${NEAR}[ \t]-p[ \t]{1,4}["']?)([^\s"']+)`, 'g'),
  pattern(String.raw`(\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n]${NEAR}[ \t]-p["']?)([^\s"']+)`, 'g'),
  pattern(String.raw`(\bjdbc:oracle:[a-z]{1,10}:[^/\s@]{1,64}/)([^@\s]{1,128})(?=@)`),
  // Forms, sentences and a number that opens a door.
  pattern(String.raw`(\btype=\\?["']password\\?["'][^<>]${NEAR}\svalue=\\?["'])([^"'<>\\]+)`),
  pattern(
    String.raw`(\bpass(?:word|phrase|code)(?:[ \t]{1,4}\w{1,20}){1,6}?[ \t]{1,4}(?:is|was)[ \t]{1,4}\\?["'\`])([^"'\`\n\\]+)`,
  ),
  pattern(
    String.raw`(\bpin(?:[ \t]{1,4}code)?\\{0,4}["']?[ \t]{0,4}(?:\b(?:is|was)\b|:|=)[ \t]{0,4}\\{0,4}["']?)(\d{4,8})(?![\d.])`,
  ),
];

/** A name that is a value itself, beside what it names: what stands before the secret, the name, the secret. */
const NAMED: readonly RegExp[] = [
  /(\b(?:name|key):[ \t]{0,4}["']?([\w.-]{1,128})["']?[ \t]{0,4}(?:\n|\\n)[ \t]{0,40}value:[ \t]{0,4}["']?)((?:(?!\\n)[^\s"'])+)/gi,
  /(\b(?:name|key)=\\?["']([\w.:-]{1,128})\\?["'][ \t]{1,4}value=\\?["'])([^"'<>\\]+)/gi,
  // A value of several lines in YAML, as far as they are indented.
  /((?<![\w.-])([\w.-]{1,128}):[ \t]{0,4}[|>][+-]?[ \t]{0,4}(?:\n|\\n)[ \t]{1,40})((?:(?!\\n)[^\n])+)/g,
];

const HINT =
  /sig|%3D|sshpass|redis-cli|login|mysql|mariadb|oracle|password|passphrase|passcode|\bpin\b|value[:=]|:[ \t]*[|>]/i;

/** The text with secrets replaced that stand in places where only secrets do. */
export function redactPlaces(text: string, redacted: string): string {
  if (!HINT.test(text)) return text;
  let clean = text;
  for (const place of PLACES) {
    clean = clean.replace(place, (whole, before: string, secret: string) =>
      secret.startsWith(redacted) ? whole : `${before}${redacted}`,
    );
  }
  for (const named of NAMED) {
    clean = clean.replace(named, (whole, before: string, name: string, secret: string) =>
      secretKey(name) === undefined || secret.startsWith(redacted) ? whole : `${before}${redacted}`,
    );
  }
  return clean;
}
