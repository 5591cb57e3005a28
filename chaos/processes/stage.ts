import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureTemporalCli } from '../../src/temporal-cli/ensure-temporal-cli.ts';
import { freePorts } from './free-ports.ts';
import { adopt, createProcess, type OwnProcess, type ProcessOptions } from './process.ts';
import { startProxy } from './proxy.ts';
import { createTemporalServer } from './temporal-server.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const APP = fileURLToPath(new URL('../load/app.ts', import.meta.url));

/** How often the product looks after runs without an end, in milliseconds: so that a short campaign sees it at work. */
const RECONCILE_MS = 2_000;

export type Layout = 'dev' | 'roles';

export type StageOptions = {
  layout: Layout;
  folder: string;
  storeUrl: string;
  bankUrl: string;
  secret: string;
  say: (line: string) => void;
  onUnexpectedEnd: ProcessOptions['onUnexpectedEnd'];
};

/** What is in the data folder of `baton dev` about the server that it started. */
function embeddedPid(dataDir: string): number | undefined {
  const path = join(dataDir, 'temporal.json');
  if (!existsSync(path)) return undefined;
  const { pid } = JSON.parse(readFileSync(path, 'utf8')) as { pid: number };
  return existsSync(`/proc/${pid}`) ? pid : undefined;
}

/** The embedded server, which `baton dev` starts, as something that can be killed and frozen. */
function embeddedServer(dataDir: string) {
  const signal = (name: NodeJS.Signals) => {
    const pid = embeddedPid(dataDir);
    if (pid !== undefined) process.kill(pid, name);
  };
  return {
    name: 'temporal',
    isAlive: () => embeddedPid(dataDir) !== undefined,
    pid: () => embeddedPid(dataDir),
    kill: signal,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
  };
}

/**
 * The product as its users run it: `baton dev`, or two workers, a gateway and a Temporal server. Clients reach the
 * gateway, and in roles everybody reaches Temporal, by addresses that stay.
 */
export async function createStage(options: StageOptions) {
  const { layout, folder, storeUrl, bankUrl, secret, say, onUnexpectedEnd } = options;
  const dataDir = join(folder, 'data');
  const temp = join(folder, 'tmp');
  for (const each of [dataDir, temp]) mkdirSync(each, { recursive: true, mode: 0o700 });
  const cliPath = await ensureTemporalCli({ say });
  const [httpPort = 0, temporalPort = 0] = await freePorts(2);
  const toGateway = await startProxy({ port: httpPort });
  const toTemporal = layout === 'roles' ? await startProxy({ port: temporalPort }) : undefined;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_OPTIONS: undefined,
    TEMPORAL_ADDRESS: toTemporal && `127.0.0.1:${toTemporal.port}`,
    TMPDIR: temp,
    BATON_DATA_DIR: dataDir,
    BATON_LOG: storeUrl,
    BATON_JWT_SECRET: secret,
    BATON_HTTP_PORT: String(httpPort),
    BATON_RECONCILE_MS: String(RECONCILE_MS),
    CHAOS_BANK: bankUrl,
  };

  async function isReadyToServe(): Promise<boolean> {
    return fetch(`http://127.0.0.1:${httpPort}/readyz`, { signal: AbortSignal.timeout(3_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  function role(name: string, args: string[], isReady: ProcessOptions['isReady']): OwnProcess {
    const command = { command: process.execPath, args: ['bin/baton.mjs', ...args], cwd: PROJECT, env };
    return createProcess({ name, ...command, isReady, onUnexpectedEnd });
  }

  const dev = layout === 'dev' ? role('dev', ['dev', APP], (said) => /running; Ctrl-C/.test(said)) : undefined;
  const temporal =
    layout === 'roles' ? createTemporalServer({ cliPath, dataDir, port: temporalPort, onUnexpectedEnd }) : undefined;
  const workers = ['worker-1', 'worker-2'].map((name) => role(name, ['worker', APP], (said) => /on queue/.test(said)));
  const gateway = role('gateway', ['gateway', APP], isReadyToServe);
  const roles = dev ? [dev] : [...workers, gateway];
  const embedded = dev && embeddedServer(dataDir);

  return {
    layout,
    dataDir,
    temp,
    dev,
    temporal,
    embedded,
    workers: dev ? [] : workers,
    gateway: dev ? undefined : gateway,
    /** Processes of the product itself. */
    roles,
    gatewayUrl: toGateway.url,
    toGateway,
    toTemporal,
    temporalPort,
    cliPath,
    /** Where its Temporal answers; of `baton dev` known once it is up. */
    temporalAddress(): string {
      if (toTemporal) return `127.0.0.1:${toTemporal.port}`;
      const record = JSON.parse(readFileSync(join(dataDir, 'temporal.json'), 'utf8')) as { port: number };
      return `127.0.0.1:${record.port}`;
    },
    async start() {
      await temporal?.start();
      await Promise.all(roles.map((each) => each.start()));
      const pid = embedded?.pid();
      if (pid !== undefined) adopt(pid);
    },
    isReadyToServe,
    /** Ends everything in the order that loses nothing; says who did not end in time. */
    async stop(): Promise<string[]> {
      const late: string[] = [];
      for (const each of roles) {
        each.thaw();
        if ((await each.end('SIGTERM')).late) late.push(each.name);
      }
      temporal?.thaw();
      await temporal?.end('SIGTERM');
      if (embedded?.isAlive()) {
        embedded.thaw();
        embedded.kill('SIGKILL');
      }
      await toGateway.stop();
      await toTemporal?.stop();
      return late;
    },
  };
}

export type Stage = Awaited<ReturnType<typeof createStage>>;
