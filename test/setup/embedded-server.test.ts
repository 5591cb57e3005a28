import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { freePorts } from '../../chaos/processes/free-ports.ts';
import { readServerRecord, writeServerRecord } from '../../src/dev/server-record.ts';
import { serverLog } from '../../src/dev/server-log.ts';
import { startEmbeddedServer } from '../../src/dev/start-embedded-server.ts';
import { listensOn } from '../../src/dev/listens-on.ts';
import { ensureTemporalCli } from '../../src/temporal-cli/ensure-temporal-cli.ts';

test('of servers that start at once on one port each comes up on its own, with its own database', async () => {
  const cliPath = await ensureTemporalCli({ say: () => undefined });
  const [port = 0, ui_port = 0] = await freePorts(2);
  const folders = [1, 2, 3].map(() => mkdtempSync(join(tmpdir(), 'baton-embedded-')));
  // As after an earlier start: each wants the ports that it had.
  for (const folder of folders) writeServerRecord(folder, { pid: 2 ** 30, port, ui_port, flags_sha256: '' });
  const servers = await Promise.all(folders.map((dataDir) => startEmbeddedServer({ dataDir, cliPath })));
  try {
    expect(new Set(servers.map(({ address }) => address)).size).toBe(3);
    for (const [n, { address, adopted }] of servers.entries()) {
      const record = readServerRecord(folders[n] as string);
      expect({ address, adopted }).toEqual({ address: `127.0.0.1:${record?.port}`, adopted: false });
      expect(listensOn(record?.pid ?? 0, record?.port ?? 0)).toBe(true);
    }
  } finally {
    await Promise.all(servers.map(({ stop }) => stop()));
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
});

test('a port is owned by the process that listens on it, and by no other', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  expect(listensOn(process.pid, port)).toBe(true);
  expect(listensOn(process.ppid, port)).toBe(false);
  server.close();
  await once(server, 'close');
  expect(listensOn(process.pid, port)).toBe(false);
  expect(listensOn(2 ** 30, port)).toBe(false);
});

test('a server that did not start is told by its errors of this start, not by the stack that ends its log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-log-'));
  const path = join(folder, 'temporal.log');
  writeFileSync(path, 'level=ERROR msg="of an earlier start: address already in use"\n');
  const log = serverLog(path);
  const panic = 'panic: runtime error: nil pointer\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:18 +0x8e\n';
  writeFileSync(path, `level=WARN msg="no id"\n${panic}`, { flag: 'a' });
  expect([log.telling(), log.lostPort()]).toEqual(['panic: runtime error: nil pointer', false]);
  writeFileSync(path, 'level=ERROR msg="Failed to start gRPC listener" error="bind: address already in use"\n', {
    flag: 'a',
  });
  expect(log.lostPort()).toBe(true);
  rmSync(folder, { recursive: true });
});
