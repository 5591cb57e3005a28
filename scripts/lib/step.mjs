import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What npm is given whatever it installs. NODE_ENV=production and npm's own settings in the shell would leave out what the
 * page is built with, or install nothing at all.
 */
export const NPM_FLAGS = [
  '--include=dev',
  '--include=optional',
  '--no-global',
  '--no-dry-run',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** Set-up cannot go on. Without a message, the failed program has said why itself. */
export class SetupError extends Error {}

/** The environment of everything set-up runs: programs of the project come first on PATH. */
export function environment() {
  const { PATH = '' } = process.env;
  return { ...process.env, PATH: [join(PROJECT, 'node_modules', '.bin'), PATH].join(delimiter) };
}

/**
 * Runs a program; says why before and what failed after. `quiet`: the program speaks for itself.
 * @param {{command: string, args: string[], env?: Record<string, string>, why?: string, remedy?: string, quiet?: boolean}} options
 */
export function step({ command, args, env = {}, why, remedy = '', quiet = false }) {
  if (why) process.stderr.write(`setup: ${why}: ${[command, ...args].join(' ')}\n`);
  // Output goes to stderr: stdout belongs to the command after "--", whose JSON may be read by a program.
  const stdio = ['ignore', 2, 2];
  const { status, error } = spawnSync(command, args, { cwd: PROJECT, env: { ...environment(), ...env }, stdio });
  if (status === 0) return;
  if (quiet && !error) throw new SetupError('');
  const reason = error ? `${command} cannot be run (${error.message})` : `it ended with exit code ${status}`;
  throw new SetupError(`${[command, ...args].join(' ')} failed: ${reason}. ${remedy}`);
}
