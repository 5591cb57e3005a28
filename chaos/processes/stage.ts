import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensureTemporalCli } from '../../src/temporal-cli/ensure-temporal-cli.ts';
import { embeddedServer } from './embedded-server.ts';
import { freePorts } from './free-ports.ts';
import { mountDisk } from './own-disk.ts';
import { adopt, createProcess, type OwnProcess, type ProcessOptions } from './process.ts';
import { startProxy } from './proxy.ts';
import { createRedisServers } from './redis-servers.ts';
import { createTemporalServer } from './temporal-server.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const APP = fileURLToPath(new URL('../load/app.ts', import.meta.url));

/** How often the product looks after runs without an end, in milliseconds: so that a short campaign sees it at work. */
const RECONCILE_MS = 2_000;
/** After so long a role that ended by itself is started again, in milliseconds, as any supervisor does. */
const REVIVE_MS = 1_000;

export type Layout = 'dev' | 'roles';

export type StageOptions = {
  layout: Layout;
  store: 'sqlite' | 'redis' | 'sentinel';
  folder: string;
  bankUrl: string;
  secret: string;
  /** Puts the data folder on a disk of its own. */
  ownDisk: boolean;
  say: (line: string) => void;
  onUnexpectedEnd: ProcessOptions['onUnexpectedEnd'];
};

/**
 * The product as its users run it: `baton dev`, or two workers, a gateway and a Temporal server, under a supervisor that
 * starts again what ended by itself. Clients reach the gateway, and roles reach Temporal, by addresses that stay.
 */
export async function createStage(options: StageOptions) {
  const { layout, store, folder, bankUrl, secret, ownDisk, say, onUnexpectedEnd: tell } = options;
  const dataDir = join(folder, 'data');
  const temporalDir = join(folder, 'temporal');
  const temp = join(folder, 'tmp');
  for (const each of [dataDir, temporalDir, temp]) mkdirSync(each, { recursive: true, mode: 0o700 });
  const disk = ownDisk ? mountDisk(dataDir) : undefined;
  const cliPath = await ensureTemporalCli({ say });
  const [httpPort = 0, temporalPort = 0] = await freePorts(2);
  const toGateway = await startProxy({ port: httpPort });
  const toTemporal = layout === 'roles' ? await startProxy({ port: temporalPort }) : undefined;
  let stopping = false;

  const ofServer = { onUnexpectedEnd: (end: Parameters<typeof tell>[0]) => !stopping && tell(end) };
  const redis = store === 'sqlite' ? undefined : await createRedisServers({ folder, store, ...ofServer });
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_OPTIONS: undefined,
    TEMPORAL_ADDRESS: toTemporal && `127.0.0.1:${toTemporal.port}`,
    TMPDIR: temp,
    BATON_DATA_DIR: dataDir,
    BATON_LOG: redis?.url ?? 'sqlite:',
    BATON_JWT_SECRET: secret,
    BATON_HTTP_PORT: String(httpPort),
    BATON_RECONCILE_MS: String(RECONCILE_MS),
    CHAOS_BANK: bankUrl,
  };
  const baton = (args: string[]) => ({
    command: process.execPath,
    args: ['bin/baton.mjs', ...args],
    cwd: PROJECT,
    env,
  });

  function isReadyToServe(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${httpPort}/readyz`, { signal: AbortSignal.timeout(3_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** While a fault has the roles down, nobody starts one of them behind its back. */
  let isDown = false;
  const reviving = new Map<OwnProcess, Promise<void>>();

  async function revive(role: OwnProcess): Promise<void> {
    while (!stopping) {
      try {
        if (!isDown) return await (role.isAlive() ? undefined : role.start());
      } catch (error) {
        say(`${role.name} does not start: ${(error as Error).message.trim().split('\n').at(-1)}`);
      }
      await wait(REVIVE_MS);
    }
  }

  /** Starts a role, again and again while what it needs is not there; once, whoever asks for it meanwhile. */
  function keepUp(role: OwnProcess): Promise<void> {
    const under = reviving.get(role) ?? revive(role).finally(() => reviving.delete(role));
    reviving.set(role, under);
    return under;
  }

  function role(name: string, args: string[], isReady: ProcessOptions['isReady']): OwnProcess {
    const own = createProcess({
      name,
      ...baton(args),
      isReady,
      onUnexpectedEnd(end) {
        if (stopping) return;
        tell(end);
        void wait(REVIVE_MS).then(() => keepUp(own));
      },
    });
    return own;
  }

  const dev = layout === 'dev' ? role('dev', ['dev', APP], (said) => /running; Ctrl-C/.test(said)) : undefined;
  const temporal =
    layout === 'roles'
      ? createTemporalServer({ cliPath, dataDir: temporalDir, port: temporalPort, ...ofServer })
      : undefined;
  const workers = ['worker-1', 'worker-2'].map((name) => role(name, ['worker', APP], (said) => /on queue/.test(said)));
  const gateway = role('gateway', ['gateway', APP], isReadyToServe);
  const roles = dev ? [dev] : [...workers, gateway];
  const embedded = dev && embeddedServer(dataDir);
  const adoptEmbedded = () => {
    const pid = embedded?.pid();
    if (pid !== undefined) adopt(pid);
  };

  return {
    layout,
    store,
    dataDir,
    temp,
    disk,
    redis,
    dev,
    temporal,
    temporalDir: dev ? dataDir : temporalDir,
    embedded,
    workers: dev ? [] : workers,
    gateway: dev ? undefined : gateway,
    /** Processes of the product itself. */
    roles,
    toGateway,
    toTemporal,
    temporalPort,
    cliPath,
    keepUp,
    isReadyToServe,
    /** A command of the product, run beside the roles with their settings. Gives its exit code and what it said. */
    async command(args: string[]) {
      const own = createProcess({
        name: args[0] ?? '',
        ...baton(args),
        isReady: () => true,
        onUnexpectedEnd: () => undefined,
      });
      await own.start();
      return { code: await own.ended(), said: own.said() };
    },
    /** Where its Temporal answers; of `baton dev` known once it is up. */
    temporalAddress(): string {
      if (toTemporal) return `127.0.0.1:${toTemporal.port}`;
      const record = JSON.parse(readFileSync(join(dataDir, 'temporal.json'), 'utf8')) as { port: number };
      return `127.0.0.1:${record.port}`;
    },
    async start() {
      await Promise.all([temporal?.start(), redis?.start()]);
      await Promise.all(roles.map((each) => each.start()));
      adoptEmbedded();
    },
    /** Starts roles again that were ended. */
    async startRoles() {
      isDown = false;
      await Promise.all(roles.map(keepUp));
      adoptEmbedded();
    },
    async killRoles() {
      isDown = true;
      await Promise.all(roles.map((each) => each.end('SIGKILL')));
    },
    /** Ends the roles as a deployment does. Says who did not end in time. */
    async endRoles(): Promise<string[]> {
      stopping = true;
      adoptEmbedded();
      const ends = roles.map(async (each) => {
        each.thaw();
        return (await each.end('SIGTERM')).late ? [each.name] : [];
      });
      return (await Promise.all(ends)).flat();
    },
    /** Ends everything else. */
    async stop(): Promise<void> {
      stopping = true;
      for (const each of roles) await each.end('SIGKILL');
      temporal?.thaw();
      await temporal?.end('SIGTERM');
      embedded?.thaw();
      embedded?.kill('SIGKILL');
      await redis?.stop();
      await toGateway.stop();
      await toTemporal?.stop();
      disk?.unmount();
    },
  };
}

export type Stage = Awaited<ReturnType<typeof createStage>>;
