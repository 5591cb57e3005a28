import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What set-up reads of the project, in a folder of its own, beside a folder of programs that alone is on PATH: `node`,
 * and those a test adds. Nothing is installed in the copy.
 */
export function projectCopy() {
  const root = mkdtempSync(join(tmpdir(), 'baton-setup-'));
  const project = join(root, 'project');
  const programs = join(root, 'programs');
  const bin = join(project, 'node_modules', '.bin');
  const cache = join(root, 'cache');
  const callsFile = join(root, 'calls');
  for (const folder of [programs, bin]) mkdirSync(folder, { recursive: true });
  for (const name of ['scripts', 'package.json', 'package-lock.json']) {
    cpSync(join(PROJECT, name), join(project, name), { recursive: true });
  }
  cpSync(join(PROJECT, 'web'), join(project, 'web'), {
    recursive: true,
    filter: (path) => !path.endsWith(join('web', 'dist')),
  });
  symlinkSync(join(PROJECT, 'src'), join(project, 'src'));
  // A file where the download's folder would be: that way fails at once, with or without a network.
  mkdirSync(cache);
  writeFileSync(join(cache, 'sdk-download'), '');
  symlinkSync(process.execPath, join(programs, 'node'));

  /** A program on PATH that notes how it was called and then does what `body`, a shell script, says. */
  function program(name: string, body: string, folder = programs) {
    const path = join(folder, name);
    rmSync(path, { force: true });
    writeFileSync(path, `#!/bin/sh\nPATH=/usr/bin:/bin\necho "${name} $*" >> '${callsFile}'\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  return {
    project,
    bin,
    cache,
    program,
    calls(): string[] {
      try {
        return readFileSync(callsFile, 'utf8').trim().split('\n');
      } catch {
        return [];
      }
    },
    /** Runs a script of the copy by Node. */
    async run(script: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
      const child = spawn(process.execPath, [join('scripts', script), ...args], {
        cwd: project,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: programs,
          HOME: root,
          BATON_CACHE_DIR: cache,
          ...env,
        },
      });
      const output = { stdout: '', stderr: '' };
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
      const { promise, resolve } = Promise.withResolvers<number | null>();
      child.on('close', resolve);
      return { code: await promise, ...output };
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}
