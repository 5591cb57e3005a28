import { createHmac } from 'node:crypto';

const HOUR_S = 3_600;
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of a user, good for a day, as any identity provider would sign it. */
export function tokenOf(user: string, secret: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: user, iat: now, exp: now + 24 * HOUR_S })}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
