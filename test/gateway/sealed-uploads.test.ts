import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { costApp } from '../../src/agents/cost-app.ts';
import type { DataHelperOutput, TriageOutput } from '../../src/contracts/cost-optimization.ts';
import { payloadKeys } from '../../src/payload/payload-keys.ts';
import { createFileSeal } from '../../src/payload/sealed-file.ts';
import { AZURE_CODE } from '../spend/fixtures.ts';
import { faultTest } from '../support/fault-test.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const keys = `k1:${randomBytes(32).toString('base64')}`;
const usage = readFileSync(AZURE_CODE);

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { BATON_PAYLOAD_KEYS: keys } });
});
afterAll(() => gateway.stop());

function filesIn(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return found.map(({ parentPath, name }) => join(parentPath, name));
}

async function upload(body: Buffer) {
  const answer = await gateway.call('ann', '/v1/uploads', { method: 'POST', body: new Uint8Array(body) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

faultTest(
  'with keys an upload is encrypted where it is kept, and understood as before',
  { kind: 17, before: 'Uploads lay in plain text in the data folder, whatever keys there were.' },
  async () => {
    const { status, body } = await upload(usage);
    expect([status, body.format, body.bytes]).toEqual([201, 'azure_llm_trace', usage.length]);
    const kept = filesIn(join(gateway.dataDir, 'uploads')).map((path) => readFileSync(path));
    const row = usage.toString().split('\n')[1] as string;
    const open = kept.filter((content) => content.includes('ContextTokens') || content.includes(row));
    expect([kept.length, open.length]).toEqual([1, 0]);
    return `Of ${usage.length} uploaded bytes none can be read on the disk.`;
  },
);

test('the cost agents read it by the key, name the file itself, and leave no copy', async () => {
  const [path = ''] = filesIn(join(gateway.dataDir, 'uploads'));
  const dir = mkdtempSync(join(tmpdir(), 'baton-sealed-'));
  const copies = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`baton-opened-${process.pid}-`));
  const toolsOf = (text: string) => {
    const [triage, dataHelper] = costApp({ dataDir: dir, open: createFileSeal(payloadKeys(text)).opened }).agents;
    return { ...triage.tools, ...dataHelper.tools };
  };
  const call = { signal: new AbortController().signal, idempotencyKey: 'k' };
  try {
    const tools = toolsOf(`k2:${randomBytes(32).toString('base64')},${keys}`);
    const { files } = (await tools.inspectUsage?.run({ files: [path] }, call)) as TriageOutput;
    expect(files).toMatchObject([{ path, bytes: usage.length, format: 'azure_llm_trace' }]);
    const input = { files, model: 'claude-sonnet-4-5', priced_at: '2026-11-24T00:00:00Z' };
    const built = (await tools.buildLedger?.run(input, call)) as DataHelperOutput;
    const sha256 = createHash('sha256').update(usage).digest('hex');
    expect(built).toMatchObject({ source: { rows: 8_819, files: [{ path, bytes: usage.length, sha256 }] } });
    await expect(toolsOf('').inspectUsage?.run({ files: [path] }, call)).rejects.toMatchObject({
      message: 'a sealed file needs key "k1" of BATON_PAYLOAD_KEYS: it is not set',
    });
    const changed = join(dir, basename(path));
    const content = readFileSync(path);
    content[500] = (content[500] ?? 0) ^ 1;
    writeFileSync(changed, content);
    await expect(tools.inspectUsage?.run({ files: [changed] }, call)).rejects.toThrow('or the file was changed');
    expect(copies()).toEqual([]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('a file that is not understood is refused in the words of who sent it, and not kept', async () => {
  const { status, body } = await upload(Buffer.from('hello,world\n1,2\n'));
  expect([status, body.code]).toEqual([422, 'unknown_format']);
  expect(body.detail).toMatch(/^the file: the format is not known. Its first line is "hello,world"/);
  expect(filesIn(join(gateway.dataDir, 'uploads'))).toHaveLength(1);
});
