import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { signToken } from '../../../src/gateway/auth/sign-token.ts';
import { freePort } from '../../../chaos/processes/free-ports.ts';
import { ownMounts } from '../../cli/own-mounts.ts';
import { spawnBaton, temporaryDir } from '../../cli/run-baton.ts';
import { faultTest } from '../../support/fault-test.ts';
import { SECRET } from '../../support/test-gateway.ts';
import { shared } from '../../support/test-run.ts';
import { until } from '../../support/until.ts';

/** The command itself, below the shell that mounted its disk. */
function commandBelow(shell: number): number {
  return Number.parseInt(readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8'));
}

(ownMounts() ? describe : describe.skip)('a disk that fills up under the event log', () => {
  faultTest(
    'is 503 for whoever wants to write, and the gateway takes writes again once there is room',
    {
      kind: 6,
      before: 'starts answered 500 internal_error and /readyz 200 while the disk was full.',
      timeoutMs: 90_000,
    },
    async () => {
      await using dir = await temporaryDir();
      const port = await freePort();
      const env = { TEMPORAL_ADDRESS: shared().address, BATON_HTTP_PORT: String(port), BATON_JWT_SECRET: SECRET };
      const options = { dataDir: dir.path, env, fullDisk: dir.path, diskKb: 2_048 };
      const { child, closed, until: printed, output } = spawnBaton(['gateway'], options);
      await printed(/gateway {6}http/);
      const url = `http://127.0.0.1:${port}`;
      const pid = commandBelow(child.pid as number);
      const disk = join(`/proc/${pid}/root`, dir.path);
      expect(readdirSync(disk)).toContain('events.sqlite');
      const jwt = { secret: SECRET, userClaim: 'sub' };
      const headers = {
        authorization: `Bearer ${await signToken({ user: 'ann', jwt })}`,
        'content-type': 'application/json',
      };
      const body = JSON.stringify({ workflow: 'costOptimization', input: {} });
      const post = async () => (await fetch(`${url}/v1/runs`, { method: 'POST', headers, body })).status;
      const ready = async () => (await fetch(`${url}/readyz`)).status;
      const events = async () => (await fetch(`${url}/v1/events`, { headers })).status;
      const upload = async () => {
        const raw = { ...headers, 'content-type': 'text/csv' };
        const answer = await fetch(`${url}/v1/uploads`, { method: 'POST', headers: raw, body: 'a,b\n'.repeat(50_000) });
        return answer.status;
      };
      expect([await post(), await ready()]).toEqual([202, 200]);
      const filler = join(disk, 'filler');
      for (const size of [1_000_000, 100_000, 10_000, 1_000, 100, 1]) {
        for (;;) {
          try {
            writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
          } catch {
            break;
          }
        }
      }
      const full = {
        post: await until(post, (status) => status !== 202),
        ready: await ready(),
        upload: await upload(),
      };
      expect(full).toEqual({ post: 503, ready: 503, upload: 503 });
      expect(await events()).toBe(200);
      rmSync(filler);
      await until(ready, (status) => status === 200);
      expect(await post()).toBe(202);
      await printed(/answers again, after/);
      process.kill(pid, 'SIGTERM');
      await closed;
      expect(output.stdout).toMatch(/does not answer now: database or disk is full.*runs wait for it/);
      return 'starts, uploads and /readyz answer 503 while it is full, reads go on, and starts answer 202 once there is room.';
    },
  );
});
