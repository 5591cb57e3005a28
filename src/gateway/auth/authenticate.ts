import type { FastifyRequest } from 'fastify';
import { Problem } from '../problem.ts';
import { bearerOf } from './bearer-of.ts';
import type { Identity, TokenVerifier } from './create-token-verifier.ts';
import { TokenError } from './token-error.ts';

const identities = new WeakMap<FastifyRequest, Identity>();

/** Hook that lets only requests with a valid token through, and remembers whose they are. */
export function authenticate(verify: TokenVerifier) {
  return async function onRequest(request: FastifyRequest): Promise<void> {
    const token = bearerOf(request);
    if (!token) throw new Problem({ code: 'token_missing', detail: 'send "Authorization: Bearer <token>"' });
    try {
      identities.set(request, await verify(token));
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      throw new Problem({ code: 'token_invalid', detail: error.message });
    }
  };
}

/** Whose request it is, if that was checked. */
export function knownUser(request: FastifyRequest): string | undefined {
  return identities.get(request)?.user;
}

/** Who sends this request, once it has passed `authenticate`. */
export function identityOf(request: FastifyRequest): Identity {
  const identity = identities.get(request);
  if (!identity) throw new Error('this route is not behind authenticate');
  return identity;
}
