import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { connect } from '../../src/client.ts';
import { faultTest } from '../support/fault-test.ts';
import { shared } from '../support/test-run.ts';
import { callBaton } from './call-baton.ts';
import { spawnBaton, temporaryDir } from './run-baton.ts';

/** Nothing listens at the port of this proxy. */
const PROXY = 'http://127.0.0.1:9';
const PROXIES = Object.fromEntries(
  ['http_proxy', 'https_proxy', 'grpc_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'].map((name) => [name, PROXY]),
);
const TOML = '[profile.default]\naddress = "127.0.0.1:1"\nnamespace = "prod"\napi_key = "key"\n';

/** What must not matter to anybody: a locale, a time zone, colours, a home, settings of Node and of another Temporal. */
const SHELL: NodeJS.ProcessEnv = {
  ...PROXIES,
  NODE_USE_ENV_PROXY: '1',
  NODE_ENV: 'production',
  NODE_OPTIONS: '--trace-warnings --max-old-space-size=2048',
  NODE_PATH: '/no/such/folder',
  CI: 'true',
  FORCE_COLOR: '3',
  LANG: 'tr_TR.UTF-8',
  LC_ALL: 'tr_TR.UTF-8',
  TZ: 'America/St_Johns',
  HOME: undefined,
  TMPDIR: '/no/such/folder',
  BATON_HTTP_PORT: '0',
  BATON_RETENTION_DAYS: '',
  TEMPORAL_ADDRESS: '',
  TEMPORAL_NAMESPACE: 'prod',
  TEMPORAL_API_KEY: 'key',
};

/** An identity provider on this machine, which gives its keys over HTTP. */
async function startProvider() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] });
  const server = createServer((_request, response) => void response.end(keys));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const token = new SignJWT({ sub: 'ann' }).setProtectedHeader({ alg: 'ES256', kid: 'k' }).setExpirationTime('1h');
  return {
    env: { BATON_JWKS_URL: `http://127.0.0.1:${port}/`, BATON_JWT_ISSUER: 'i', BATON_JWT_AUDIENCE: 'a' },
    token: await token.setIssuer('i').setAudience('a').sign(privateKey),
    stop: () => void server.close(),
  };
}

let dir: Awaited<ReturnType<typeof temporaryDir>>;
let dataDir: string;
let env: NodeJS.ProcessEnv;
let provider: Awaited<ReturnType<typeof startProvider>>;
let dev: ReturnType<typeof spawnBaton>;
/** What became of `baton dev`: up, or what it said when it ended. */
let came: string;

beforeAll(async () => {
  dir = await temporaryDir();
  const config = join(dir.path, 'config');
  mkdirSync(join(config, 'temporalio'), { recursive: true });
  writeFileSync(join(config, 'temporalio', 'temporal.toml'), TOML);
  provider = await startProvider();
  env = { ...SHELL, XDG_CONFIG_HOME: config, ...provider.env };
  dataDir = join(dir.path, 'a folder');
  mkdirSync(join(dataDir, 'uploads'), { recursive: true });
  for (const name of ['worker.log', 'notes.txt']) writeFileSync(join(dataDir, name), '');
  writeFileSync(join(dataDir, 'jwt-secret'), `${'x'.repeat(43)}\n`);
  for (const name of readdirSync(dataDir)) chmodSync(join(dataDir, name), 0o755);
  chmodSync(dataDir, 0o777);
  const umask = process.umask(0);
  dev = spawnBaton(['dev', 'examples/own-workflow/app.ts'], { dataDir, env });
  process.umask(umask);
  came = await dev.until(/running; Ctrl-C/).then(
    () => 'up',
    (error: Error) => error.message,
  );
}, 120_000);
afterAll(async () => {
  dev.child.kill('SIGTERM');
  await dev.closed;
  provider.stop();
  await dir[Symbol.asyncDispose]();
});

faultTest(
  'baton dev comes up in any shell, and commands find it there',
  { kind: 24, before: 'with `http_proxy` set `baton dev` asked the proxy for its own server and gave up after 62 s' },
  async () => {
    expect(came).toBe('up');
    const { code, stdout, stderr } = await callBaton(['runs', '--json'], { dataDir, env });
    expect({ code, runs: JSON.parse(stdout) as unknown, stderr }).toMatchObject({ code: 0, runs: [] });
    const [, page = ''] = /page +(\S+)/.exec(dev.output.stderr) ?? [];
    const stats = await fetch(`${page}/v1/stats`, { headers: { authorization: `Bearer ${provider.token}` } });
    expect(stats.status).toBe(200);
    return 'up, with a dead proxy, no home, no temporary folder, a Turkish locale and the settings of another Temporal';
  },
);

faultTest(
  'a temporal.toml that names another Temporal than the one of baton dev is reported, and both go to the same',
  {
    kind: 24,
    before: '`baton dev` worked on its own server with the key of the file, and `baton runs` asked the one of the file',
  },
  async () => {
    expect(came).toBe('up');
    const said = /profile default of .*temporal\.toml names 127\.0\.0\.1:1, which is not used/;
    expect(dev.output.stderr).toMatch(said);
    expect(dev.output.stderr).toContain('TEMPORAL_NAMESPACE, TEMPORAL_API_KEY: not for the embedded server');
    const { stderr, code } = await callBaton(['runs'], { dataDir, env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(said) });
    const doctor = await callBaton(['doctor', '--json'], { dataDir, env });
    const checks = JSON.parse(doctor.stdout) as { name: string; found: string }[];
    expect(checks.find(({ name }) => name === 'temporal')?.found).toMatch(
      /by the embedded server of .*a folder; profile/,
    );
    return 'baton dev, baton runs and baton doctor use the server of the data folder, and each names the file that they do not follow';
  },
);

faultTest(
  'secrets and databases in a data folder that existed are for their owner alone, whatever the umask',
  {
    kind: 24,
    before: 'files of mode 644 stayed so, and with umask 000 the databases were made readable for everybody',
  },
  async () => {
    expect(came).toBe('up');
    const modes = readdirSync(dataDir).map((name) => [name, statSync(join(dataDir, name)).mode & 0o777] as const);
    const open = modes.filter(([, mode]) => (mode & 0o077) !== 0).map(([name]) => name);
    expect(open).toEqual(['notes.txt']);
    expect(modes.map(([name]) => name)).toEqual(expect.arrayContaining(['events.sqlite', 'temporal.db', 'jwt-secret']));
    expect(statSync(dataDir).mode & 0o022).toBe(0);
    return `${modes.length - 1} files and folders of Baton are private, a file of the user's own keeps its mode`;
  },
);

faultTest(
  'no proxy is asked for a Temporal on this machine, and one that is asked for another is named',
  { kind: 24, before: 'every command gave up on 127.0.0.1 after 4 s, without a word of the proxy' },
  async () => {
    const at = (address: string) =>
      callBaton(['runs', '--json'], {
        dataDir: join(dir.path, 'other'),
        env: { ...PROXIES, TEMPORAL_ADDRESS: address },
      });
    const [, port] = shared().address.split(':');
    const codes = [];
    for (const host of ['127.0.0.1', 'localhost']) codes.push((await at(`${host}:${port}`)).code);
    expect(codes).toEqual([0, 0]);
    process.env.grpc_proxy = PROXY;
    const elsewhere = { address: 'temporal.invalid:7233', user: 'ann', dataDir, connectTimeoutMs: 300 };
    const error = await connect(elsewhere).catch(String);
    delete process.env.grpc_proxy;
    expect(error).toContain('by way of the proxy in grpc_proxy');
    return '127.0.0.1 and localhost answer by themselves; an error about another host names the variable of its proxy';
  },
);

faultTest(
  'a port for the embedded server beside an address of another one is refused',
  { kind: 24, before: '`--port` was ignored without a word where TEMPORAL_ADDRESS was set' },
  async () => {
    const TEMPORAL_CONFIG_FILE = join(dir.path, 'config', 'temporalio', 'temporal.toml');
    const named: [NodeJS.ProcessEnv, string][] = [
      [{ TEMPORAL_ADDRESS: '127.0.0.1:1' }, 'TEMPORAL_ADDRESS'],
      [{ TEMPORAL_CONFIG_FILE }, `profile default of ${TEMPORAL_CONFIG_FILE}`],
    ];
    for (const [own, source] of named) {
      const third = { dataDir: join(dir.path, 'third'), env: own };
      const { code, stderr } = await callBaton(['dev', '--port', '7999'], third);
      expect(code).toBe(1);
      expect(stderr).toContain(`--port is for the embedded server, which is not started: ${source} names 127.0.0.1:1`);
    }
    return 'refused, with both places named';
  },
);
