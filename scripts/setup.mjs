// Brings what the project needs and this machine lacks, then runs the command after "--". Plain JavaScript for Node 18,
// without a dependency: it runs before there are any.
import { ensureDependencies } from './lib/ensure-dependencies.mjs';
import { ensureNode } from './lib/ensure-node.mjs';
import { ensurePage } from './lib/ensure-page.mjs';
import { runCommand } from './lib/run-command.mjs';
import { SetupError, step } from './lib/step.mjs';

const at = process.argv.indexOf('--');
const command = at < 0 ? [] : process.argv.slice(at + 1);

try {
  ensureDependencies();
  ensureNode();
  // The rest needs the Node that was just brought.
  ensurePage();
  step({ command: 'node', args: ['--no-warnings', 'scripts/ensure-temporal-cli.ts'], quiet: true });
  if (command.length > 0) runCommand(command);
  else process.stderr.write('setup: everything is there\n');
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  if (error.message) process.stderr.write(`setup: ${error.message}\n`);
  process.exitCode = 1;
}
