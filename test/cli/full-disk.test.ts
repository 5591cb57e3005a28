import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { commandLineOf } from '../../src/dev/process-info.ts';
import { AZURE_CODE } from '../spend/fixtures.ts';
import { ownMounts } from './own-mounts.ts';
import { runBaton, temporaryDir } from './run-baton.ts';

const spend = ['spend', AZURE_CODE, '--model', 'claude-sonnet-4-5'];

(ownMounts() ? describe : describe.skip)('a disk without room', () => {
  test('under the data folder is said before anything is begun there', async () => {
    await using dir = await temporaryDir();
    const { code, stdout, stderr } = await runBaton(spend, { dataDir: dir.path, fullDisk: dir.path });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/data folder .*baton-cli-.*: its disk is full \(0\.\d MB free.*BATON_DATA_DIR/);
    // An empty file whose lock tells whether another process is at work there.
    expect(stderr.match(/^left: .*/gm)).toEqual(['left: owner.lock']);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('that ends while the ledger is written fails the run in plain words, and leaves no ledger', async () => {
    await using dir = await temporaryDir();
    const ledgers = join(dir.path, 'ledgers');
    await mkdir(ledgers);
    const { code, stdout, stderr } = await runBaton(spend, { dataDir: dir.path, fullDisk: ledgers });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`No disk space left while working on ${ledgers}`);
    expect(stderr).toContain('Free some space');
    expect(stderr).not.toMatch(/^left: |\n\s+at /m);
    const { pid } = JSON.parse(await readFile(join(dir.path, 'temporal.json'), 'utf8')) as { pid: number };
    expect(commandLineOf(pid)).toBeUndefined();
  });
});
