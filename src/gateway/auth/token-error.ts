/** A token that is missing, malformed, expired or not ours. The message is safe to show: it says nothing of keys. */
export class TokenError extends Error {
  override name = 'TokenError';
}
