// The last step of set-up, run by the Node that set-up brought.
import { explainError } from '../src/cli/explain-error.ts';
import { ensureTemporalCli } from '../src/temporal-cli/ensure-temporal-cli.ts';

try {
  await ensureTemporalCli({ say: (line) => void process.stderr.write(`setup: ${line}\n`) });
} catch (error) {
  process.stderr.write(`setup: ${explainError(error)}\n`);
  process.exitCode = 1;
}
