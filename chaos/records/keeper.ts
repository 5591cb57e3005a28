import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Stage } from '../processes/stage.ts';
import { readRedisLog } from './read-redis-log.ts';
import { readSqliteLog } from './read-sqlite-log.ts';
import { readTemporal } from './read-temporal.ts';
import type { Recorder } from './recorder.ts';

/** How long a look at Temporal may take, in milliseconds: what it knows must not be missed for one slow answer. */
const LOOK_LIMIT_MS = 60_000;

/** How long runs whose ends are in the log may take to close in Temporal, and its lists to follow, in milliseconds. */
const CLOSE_LIMIT_MS = 60_000;

/** Writes down what log and Temporal have: at the end, and before each fault that destroys some of it. */
export function createKeeper({ stage, recorder }: { stage: Stage; recorder: Recorder }) {
  let [logs, servers] = [0, 0];
  let connection: { address: string; opened: Promise<Connection> } | undefined;

  /** An operator's own way to Temporal. */
  async function temporal(): Promise<Client> {
    const address = stage.temporalAddress();
    if (connection?.address !== address) {
      void connection?.opened.then((old) => old.close()).catch(() => undefined);
      connection = { address, opened: Connection.connect({ address, connectTimeout: 5_000 }) };
      connection.opened.catch(() => (connection = undefined));
    }
    return new Client({ connection: await connection.opened });
  }

  return {
    temporal,
    async keepLog({ path = join(stage.dataDir, 'events.sqlite'), port }: { path?: string; port?: number } = {}) {
      const log = logs;
      logs += 1;
      if (port === undefined) await stage.redis?.lookWhoIsMaster();
      const redis = port ?? stage.redis?.master().port;
      const lines = redis === undefined ? readSqliteLog(path, log) : await readRedisLog(redis, log);
      for (const line of lines) recorder.write('log', line);
    },
    /** Whether Temporal has a run that goes on; so it is taken to be where it does not answer. */
    async isOpen(run: string): Promise<boolean> {
      try {
        const { workflow } = await temporal();
        for await (const { workflowId, status } of workflow.list())
          if (workflowId.endsWith(`/${run}`)) return status.name === 'RUNNING';
        return false;
      } catch {
        return true;
      }
    },
    /** Waits until Temporal lists nothing as open; what is open for longer is recorded as that. */
    async untilClosed(): Promise<void> {
      const { workflow } = await temporal();
      for (const giveUpAt = Date.now() + CLOSE_LIMIT_MS; Date.now() < giveUpAt; await wait(200)) {
        const { done } = await workflow
          .list({ query: "ExecutionStatus = 'Running'", pageSize: 1 })
          [Symbol.asyncIterator]()
          .next();
        if (done) return;
      }
    },
    async keepTemporal() {
      const server = servers;
      servers += 1;
      const client = await temporal();
      await client.connection.withDeadline(Date.now() + LOOK_LIMIT_MS, async () => {
        for await (const line of readTemporal(client, server)) recorder.write('temporal', line);
      });
    },
  };
}

export type Keeper = ReturnType<typeof createKeeper>;
