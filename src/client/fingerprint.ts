import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical-json.ts';

/** SHA-256 of a JSON value, the same for any order of keys: tells a repeated request from another one. */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
