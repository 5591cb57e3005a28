import { SignJWT } from 'jose';
import type { JwtConfig } from '../../config.ts';
import { BatonError } from '../../contracts/baton-error.ts';
import { idSchema } from '../../contracts/text.ts';

/** Default life of a token in milliseconds: an hour. */
export const TOKEN_TTL_MS = 60 * 60_000;

/**
 * Signs a token for a user with the gateway's own secret: for development, and for services that hold that secret.
 *
 * @throws BatonError `InvalidInput` if the user's name is no id
 */
export async function signToken({
  user,
  ttlMs = TOKEN_TTL_MS,
  jwt: { secret, issuer, audience, userClaim },
}: {
  user: string;
  /** Milliseconds until it expires. @default 3600000 */
  ttlMs?: number;
  jwt: JwtConfig;
}): Promise<string> {
  const named = idSchema.safeParse(user);
  if (!named.success) throw new BatonError('InvalidInput', `user "${user}" ${named.error.issues[0]?.message}`);
  const token = new SignJWT({ [userClaim]: user })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime(new Date(Date.now() + ttlMs));
  if (issuer) token.setIssuer(issuer);
  if (audience) token.setAudience(audience);
  return token.sign(new TextEncoder().encode(secret));
}
