import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { environment, PROJECT } from './step.mjs';

/** How often to look whether whoever started us is still there, in milliseconds. */
const LOOK_EVERY_MS = 300;

/** Runs the command as the last thing; signals and exit code pass through. */
export function runCommand([command, ...args]) {
  // Nothing is said over the channel: that it closes tells the child of our own death by kill -9.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const child = spawn(command, args, { cwd: PROJECT, env: environment(), stdio });
  // A terminal sends Ctrl-C to the child as well, and the child takes a second one for impatience; hence SIGTERM.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));

  // npm killed with -9 tells nobody. Its child would run on unseen, holding the data folder.
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, LOOK_EVERY_MS).unref();

  child.on('error', (error) => {
    process.stderr.write(`setup: ${command} cannot be run: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
