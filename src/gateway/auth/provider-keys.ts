import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { KeysUnavailable } from './keys-unavailable.ts';

/** These tell of the token: the provider has no key for it. */
const NO_KEY = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/**
 * The keys of an identity provider, fetched when they are needed and kept for some minutes.
 *
 * @returns a function that throws KeysUnavailable where the provider is gone, slow or says what is no key set
 */
export function providerKeys(url: string): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(url));
  return async function keyOf(header, token) {
    try {
      return await keys(header, token);
    } catch (cause) {
      if (NO_KEY.some((known) => cause instanceof known)) throw cause;
      throw new KeysUnavailable('the identity provider gave no keys', { cause });
    }
  };
}
