import { errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import type { JwtConfig } from '../../config.ts';
import { idSchema } from '../../contracts/text.ts';
import { KeysUnavailable } from './keys-unavailable.ts';
import { providerKeys } from './provider-keys.ts';
import { TokenError } from './token-error.ts';

/** Clocks of two machines may differ by this many seconds. */
const CLOCK_SKEW_S = 10;

/** Signatures by a provider's public keys. A list, because a token must not choose how it is checked. */
const JWKS_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

export type Identity = {
  user: string;
  /** When the token is no longer taken, in milliseconds since 1970. */
  expiresAt: number;
};

export type TokenVerifier = (token: string) => Promise<Identity>;

function why(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired; get a new one';
  if (error instanceof errors.JWTClaimValidationFailed) return `the token's claim "${error.claim}" is refused`;
  if (error instanceof errors.JOSEAlgNotAllowed) return "the token's signature algorithm is not allowed";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "the token's signature is wrong";
  return 'the token is not a valid JWT of this gateway';
}

function identityOf(payload: JWTPayload, userClaim: string): Identity {
  const user = idSchema.safeParse(payload[userClaim]);
  if (!user.success) throw new TokenError(`the token's claim "${userClaim}" does not name a user`);
  // Ended at its `exp`, a stream could come back with the same token for as long as the skew, again and again.
  return { user: user.data, expiresAt: ((payload.exp ?? 0) + CLOCK_SKEW_S) * 1_000 };
}

/**
 * Makes the check of bearer tokens: HS256 with our secret, or a provider's keys by URL.
 *
 * @returns a function that throws TokenError for whatever is not a valid, unexpired token that names a user, and
 *   KeysUnavailable where that cannot be told
 */
export function createTokenVerifier({ secret, jwksUrl, issuer, audience, userClaim }: JwtConfig): TokenVerifier {
  // A token without an end could never be taken back, so one is required.
  const common: JWTVerifyOptions = { issuer, audience, clockTolerance: CLOCK_SKEW_S, requiredClaims: ['exp'] };
  const keys = jwksUrl ? providerKeys(jwksUrl) : undefined;
  const ownKey = new TextEncoder().encode(secret);
  if (!keys && !secret) throw new TypeError('a token verifier needs a secret or a JWKS URL');

  async function verified(token: string): Promise<JWTPayload> {
    const { payload } = keys
      ? await jwtVerify(token, keys, { ...common, algorithms: JWKS_ALGORITHMS })
      : await jwtVerify(token, ownKey, { ...common, algorithms: ['HS256'] });
    return payload;
  }

  return async function verify(token) {
    try {
      return identityOf(await verified(token), userClaim);
    } catch (error) {
      if (error instanceof TokenError || error instanceof KeysUnavailable) throw error;
      throw new TokenError(why(error), { cause: error });
    }
  };
}
