import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BatonError } from '../../contracts/baton-error.ts';
import { runProgram } from '../../temporal-cli/run-program.ts';

/** Packing from a checkout also builds. */
const PACK_LIMIT_MS = 300_000;

/** Whether npm brought this package from a registry; its own record in node_modules says so. */
function fromRegistry(packageDir: string): boolean {
  try {
    const record = join(dirname(packageDir), '.package-lock.json');
    const { packages } = JSON.parse(readFileSync(record, 'utf8')) as {
      packages: Record<string, { resolved?: string } | undefined>;
    };
    return /^https?:/.test(packages[`node_modules/${basename(packageDir)}`]?.resolved ?? '');
  } catch {
    return false;
  }
}

/** Without what npm tells its own children of how it was called, which another npm would take for its own options. */
const environment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

type Options = { project: string; packageDir: string; version: string };

/**
 * What a starter project names as its source of this package: the version, if that is how this one was installed; else a
 * tarball of this very one, laid into the project, so that it installs wherever the project goes.
 *
 * @throws BatonError `InvalidInput` that says why npm could not pack it
 */
export async function packageSource({ project, packageDir, version }: Options): Promise<string> {
  if (fromRegistry(packageDir)) return `^${version}`;
  const built = existsSync(join(packageDir, 'src')) ? [] : ['--ignore-scripts'];
  const args = ['pack', packageDir, '--silent', '--pack-destination', project, ...built];
  const output = await runProgram('npm', args, { timeoutMs: PACK_LIMIT_MS, env: environment() }).catch(
    (cause: unknown) => {
      const message = `npm, which packs baton-agents for the new project, failed: ${(cause as Error).message}`;
      throw new BatonError('InvalidInput', `${message}. Is npm on PATH, and is there room on the disk?`, { cause });
    },
  );
  return `file:${output.trim().split('\n').at(-1)}`;
}
