import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePorts } from '../processes/free-ports.ts';
import { createTemporalServer, removeDatabase } from '../processes/temporal-server.ts';
import type { Injections, World } from './world.ts';

/** After so long a list of Temporal shows what has happened, in milliseconds. */
const LISTED_AFTER_MS = 2_000;

/** Another Temporal at the address, for a while or for good. */
export function injectTemporal({ stage, note, keepTemporal }: World): Injections {
  const { temporal, toTemporal, embedded, dev, temporalDir, cliPath } = stage;
  let foreigners = 0;

  async function emptied() {
    await stage.killRoles();
    // Its lists lag behind what happens.
    await wait(LISTED_AFTER_MS);
    await keepTemporal();
    await temporal?.end('SIGKILL');
    embedded?.kill('SIGKILL');
    await wait(300);
    removeDatabase(temporalDir);
  }

  return {
    ...(temporal &&
      toTemporal && {
        async 'temporal:foreign'({ ms }) {
          const [port = 0] = await freePorts(1);
          const dataDir = join(temporalDir, `foreign-${(foreigners += 1)}`);
          mkdirSync(dataDir, { recursive: true, mode: 0o700 });
          const foreign = createTemporalServer({ cliPath, dataDir, port, onUnexpectedEnd: () => undefined });
          await foreign.start();
          toTemporal.turn({ port });
          toTemporal.cutAll();
          await wait(ms);
          toTemporal.turn({ port: stage.temporalPort });
          toTemporal.cutAll();
          await foreign.end('SIGKILL');
          // Who ended because of it comes back by itself.
          await stage.startRoles();
        },
        async 'temporal:empty'({ n, fault, ms }) {
          await emptied();
          await wait(ms);
          await temporal.start();
          const { code, said } = await stage.command(['doctor', '--rebind']);
          note({
            n,
            fault,
            phase: 'note',
            note: `doctor --rebind ended with ${code}: ${said.trim().split('\n').slice(-4).join(' | ')}`,
          });
          await stage.startRoles();
        },
      }),
    ...(dev && {
      async 'temporal:empty'({ ms }) {
        await emptied();
        await wait(ms);
        const began = performance.now();
        await stage.startRoles();
        return `up again after ${Math.round(performance.now() - began)} ms`;
      },
    }),
  };
}
