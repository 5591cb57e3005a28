import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** A file of the project, by its path, and the text it would have. */
export type Sample = [file: string, text: string];
export type Finding = { rule: string; message: string };

/** What the linter finds in each sample. In a copy of its configuration, so that samples may be what they like. */
export function lintSamples(samples: Sample[]): Finding[][] {
  const folder = mkdtempSync(join(tmpdir(), 'baton-lint-'));
  try {
    for (const path of ['package.json', 'oxlint.config.ts', 'tsconfig.json', 'scripts/no-lazy-cycle.ts']) {
      cpSync(path, join(folder, path));
    }
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    const files = samples.map(([file]) => file);
    // Further samples of the same file are beside it, where its folder's rules hold.
    const paths = files.map((file, n) => (files.indexOf(file) === n ? file : file.replace(/(?=\.\w+$)/, `-${n}`)));
    samples.forEach(([, text], n) => {
      const path = join(folder, paths[n] as string);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${text}\n`);
    });
    const args = [resolve('node_modules/oxlint/bin/oxlint'), '--format=json', ...paths];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    if (!stdout.startsWith('{')) throw new Error(stdout + stderr);
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: { filename: string; code?: string; message: string; help?: string }[];
    };
    return paths.map((path) =>
      diagnostics
        .filter(({ filename }) => filename === path)
        .map(({ code = '', message, help = '' }) => ({
          rule: code.replace(/\((.*)\)/, '/$1'),
          message: `${message} ${help}`,
        })),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
