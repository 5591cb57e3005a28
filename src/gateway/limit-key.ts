import { createHash } from 'node:crypto';
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { knownUser } from './auth/authenticate.ts';
import { bearerOf } from './auth/bearer-of.ts';

/**
 * Whose limit a request counts to: its user's, so that users behind one proxy have one each; without a user, that of the
 * address. A token that was not checked must not choose, or each made-up one would have a limit of its own; but a socket's
 * is checked once it is open, and a made-up one gets nothing but a close code.
 */
export function limitKey(request: FastifyRequest): string {
  const user = knownUser(request);
  if (user !== undefined) return `user ${user}`;
  const token = request.ws ? bearerOf(request) : undefined;
  if (token !== undefined) return `token ${createHash('sha256').update(token).digest('base64url')}`;
  return `address ${normalizeIP(request.ip)}`;
}
