import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { environment, PROJECT } from './step.mjs';

/** How often to look whether whoever started us is still there, in milliseconds. */
const LOOK_EVERY_MS = 300;

/**
 * How long the command may take to end after a signal, in milliseconds; then it is killed. `baton dev` ends sooner by
 * itself unless the code of an agent never gives way, so that it never gets the signal.
 */
const END_MS = 35_000;

/** Runs the command as the last thing; signals and exit code pass through. */
export function runCommand([command, ...args]) {
  // Nothing is said over the channel: that it closes tells the child of our own death by kill -9.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const child = spawn(command, args, { cwd: PROJECT, env: environment(), stdio });
  let killing;

  function kill() {
    process.stderr.write(`setup: ${command} did not end within ${END_MS / 1_000} s and is killed\n`);
    child.kill('SIGKILL');
  }
  function stop() {
    killing ??= setTimeout(kill, END_MS).unref();
    child.kill('SIGTERM');
  }
  // A terminal sends Ctrl-C to the child as well, and the child takes a second one for impatience; hence SIGTERM.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  // A reader that is gone (npm start | head) is the command's to notice.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);

  // npm killed with -9 tells nobody. Its child would run on unseen, holding the data folder.
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, LOOK_EVERY_MS).unref();

  child.on('error', (error) => {
    process.stderr.write(`setup: ${command} cannot be run: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    clearTimeout(killing);
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}
