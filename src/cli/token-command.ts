import { InvalidArgumentError, type Command } from 'commander';
import { loadConfig } from '../config.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { withSecret } from './with-secret.ts';

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function parseDuration(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (!count || !unit) throw new InvalidArgumentError('Give a duration such as 30m, 1h or 7d.');
  return Number(count) * (UNIT_MS[unit] as number);
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
    .option('--ttl <duration>', 'how long it is valid (default: 1h)', parseDuration)
    .option('--json', 'print JSON')
    .action(token);
}
