// A Temporal server for tests that ends with the process that started it, however that one ends.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startEmbeddedServer } from '../../src/dev/start-embedded-server.ts';
import { ensureTemporalCli } from '../../src/temporal-cli/ensure-temporal-cli.ts';

const GUARD = fileURLToPath(new URL('./server-guard.mjs', import.meta.url));
const say = (line) => void process.stderr.write(`${line}\n`);

export async function startGuardedServer({ dataDir }) {
  // A group of its own: what interrupts the tests must not end the guard with them.
  const guard = spawn(process.execPath, ['--no-warnings', GUARD, dataDir], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  guard.stdin.unref();
  return startEmbeddedServer({ dataDir, cliPath: await ensureTemporalCli({ say }) });
}
