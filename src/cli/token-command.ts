import { InvalidArgumentError, type Command } from 'commander';
import { loadConfig } from '../config.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { durationOf } from './parse-option.ts';
import { withSecret } from './with-secret.ts';

/** Longest that a token may be valid, in days. */
const MAX_TTL_DAYS = 366;

function parseTtl(text: string): number {
  const ms = durationOf(text, MAX_TTL_DAYS);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError(`Give a duration such as 30m, 1h or 7d, of at most ${MAX_TTL_DAYS}d.`);
}

type Options = { user: string; ttl?: number; json?: boolean };

async function token({ user, ttl, json }: Options): Promise<void> {
  const { jwt } = await withSecret(loadConfig());
  if (!jwt.secret) {
    throw new BatonError('InvalidInput', 'tokens are signed by the provider of BATON_JWKS_URL: get one there');
  }
  const { signToken } = await import('../gateway/auth/sign-token.ts');
  const signed = await signToken({ user, ttlMs: ttl, jwt });
  process.stdout.write(json ? `${JSON.stringify({ user, token: signed })}\n` : `${signed}\n`);
}

export function addTokenCommand(program: Command): void {
  program
    .command('token')
    .description('make a token for a user of the gateway, for development')
    .requiredOption('--user <user>', 'the user who acts by it')
    .option('--ttl <duration>', 'how long it is valid (default: 1h)', parseTtl)
    .option('--json', 'print JSON')
    .action(token);
}
