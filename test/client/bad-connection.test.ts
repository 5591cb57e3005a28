import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { connect } from '../../src/client.ts';
import { BatonError } from '../../src/contracts/baton-error.ts';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/names.ts';
import { selfSigned } from '../support/certificate.ts';
import { startScriptedTemporal } from '../support/scripted-temporal.ts';
import { shared } from '../support/test-run.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'baton-bad-'));
const closers: (() => Promise<unknown>)[] = [];
const attributes = Object.values(SEARCH_ATTRIBUTES);
const own = selfSigned('127.0.0.1');

function file(name: string, text: string): string {
  const path = join(dataDir, name);
  writeFileSync(path, text);
  return path;
}
const CERT = file('cert.pem', own.cert);
const KEY = file('key.pem', own.key);

const set: string[] = [];
function settings(env: Record<string, string>): void {
  for (const [name, value] of Object.entries(env)) {
    process.env[name] = value;
    set.push(name);
  }
}
afterEach(() => {
  for (const name of set.splice(0)) delete process.env[name];
});
afterAll(async () => {
  for (const close of closers) await close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function scripted(options: Parameters<typeof startScriptedTemporal>[0] = {}) {
  const server = await startScriptedTemporal({ attributes, ...options });
  closers.push(server.stop);
  return server;
}

async function failure(env: Record<string, string>): Promise<BatonError> {
  settings(env);
  const connectTimeoutMs = 700;
  const error = await connect({ user: 'ann', dataDir, connectTimeoutMs }).then(
    async (baton) => baton.close(),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BatonError);
  return error as BatonError;
}

describe('an address', () => {
  test.each([
    ['where nothing listens', '127.0.0.1:1', 'NetworkError', /127\.0\.0\.1:1: nothing listens there.*TEMPORAL_ADDRESS/],
    ['of no host', 'no-such-host.invalid:7233', 'NetworkError', /no such host.*TEMPORAL_ADDRESS/],
    ['that is a URL', 'http://127.0.0.1:7233', 'InvalidInput', /\(TEMPORAL_ADDRESS\) must be HOST:PORT/],
  ])('%s is named with the setting', async (_name, address, type, message) => {
    expect(await failure({ TEMPORAL_ADDRESS: address })).toMatchObject({
      type,
      message: expect.stringMatching(message),
    });
  });

  test('of something else than Temporal is named as such', async () => {
    const other = createServer((socket) => {
      socket.on('error', () => undefined).write('hello\r\n');
      socket.on('data', () => socket.destroy());
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => other.close(resolve)));
    const { port } = other.address() as AddressInfo;
    const { message } = await failure({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
    expect(message).toContain('something listens there that does not speak as Temporal does');
  });

  test('where whoever listens says nothing may be that of a Temporal that hangs', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      sockets.forEach((socket) => socket.destroy());
      return new Promise((resolve) => silent.close(resolve));
    });
    const { port } = silent.address() as AddressInfo;
    const { message } = await failure({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
    expect(message).toContain('something listens there and says nothing: restart it if it is a Temporal that hangs');
  });
});

describe('TLS', () => {
  const tls = { ...own };
  const TRUST = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: CERT };

  test('against a plain server', async () => {
    const { message, type } = await failure({ TEMPORAL_ADDRESS: shared().address, TEMPORAL_TLS: 'true' });
    expect(type).toBe('NetworkError');
    expect(message).toMatch(/speaks no TLS .*unset TEMPORAL_TLS/);
  });

  test('missing against a server that expects it', async () => {
    const { address } = await scripted({ tls });
    const { message } = await failure({ TEMPORAL_ADDRESS: address });
    expect(message).toMatch(/expects TLS: set TEMPORAL_TLS=true/);
  });

  test('against a server that is not trusted', async () => {
    const { address } = await scripted({ tls });
    const { message } = await failure({ TEMPORAL_ADDRESS: address, TEMPORAL_TLS: 'true' });
    expect(message).toMatch(/not trusted .*set TEMPORAL_TLS_SERVER_CA_CERT_PATH/);
  });

  test('against a server of another name', async () => {
    const other = selfSigned('temporal.example.com');
    const { address } = await scripted({ tls: other });
    const ca = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('other.pem', other.cert) };
    expect((await failure({ TEMPORAL_ADDRESS: address, ...ca })).message).toMatch(
      /another name .*TEMPORAL_TLS_SERVER_NAME/,
    );
    settings({ TEMPORAL_TLS_SERVER_NAME: 'temporal.example.com' });
    await (await connect({ user: 'ann', dataDir })).close();
  });

  test('without the certificate that the server asks for', async () => {
    const { address } = await scripted({ tls: { ...tls, ca: own.cert, clients: true } });
    const { message } = await failure({ TEMPORAL_ADDRESS: address, ...TRUST });
    expect(message).toMatch(/client's certificate.*set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH/);
    settings({ TEMPORAL_TLS_CLIENT_CERT_PATH: CERT, TEMPORAL_TLS_CLIENT_KEY_PATH: KEY });
    await (await connect({ user: 'ann', dataDir })).close();
  });

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'with a file that is not there',
      { TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/no/such/ca.pem' },
      /TEMPORAL_TLS_SERVER_CA_CERT_PATH .*: \/no\/such\/ca.pem cannot be read/,
    ],
    [
      'with a certificate but no key',
      { TEMPORAL_TLS_CLIENT_CERT_PATH: CERT },
      /TEMPORAL_TLS_CLIENT_CERT_PATH .* needs TEMPORAL_TLS_CLIENT_KEY_PATH/,
    ],
    [
      'with a file that is no certificate',
      { TEMPORAL_TLS_CLIENT_CERT_PATH: file('no.pem', 'no certificate'), TEMPORAL_TLS_CLIENT_KEY_PATH: KEY },
      /TEMPORAL_TLS_CLIENT_CERT_PATH .*: not a certificate and its key in PEM/,
    ],
    [
      'switched off under an API key',
      { TEMPORAL_API_KEY: 'secret-key', TEMPORAL_TLS: 'false' },
      /TEMPORAL_API_KEY .*for anybody to read, as TLS is off \(TEMPORAL_TLS=false/,
    ],
  ])('%s', async (_name, env, expected) => {
    const { type, code, message } = await failure({ TEMPORAL_ADDRESS: shared().address, ...env });
    expect({ type, code }).toEqual({ type: 'InvalidInput', code: 'bad_setting' });
    expect(message).toMatch(expected);
    expect(message).not.toContain('secret-key');
  });
});

describe('an API key', () => {
  test('goes over TLS, and one that is refused is told with its setting and without its text', async () => {
    const server = await scripted({ tls: own, status: { code: 7, details: 'Request unauthorized.' } });
    settings({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: CERT });
    const env = { TEMPORAL_ADDRESS: server.address, TEMPORAL_API_KEY: 'secret-key' };
    const baton = await (settings(env), connect({ user: 'ann', dataDir }));
    const refused = await baton.runs().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'permission_denied', message: expect.stringContaining('TEMPORAL_API_KEY') });
    expect(String(refused)).not.toContain('secret-key');
    expect(server.calls.every(({ headers }) => headers.authorization === 'Bearer secret-key')).toBe(true);
    await baton.close();
  });

  test('against a plain server is told to be so', async () => {
    const { message } = await failure({ TEMPORAL_ADDRESS: shared().address, TEMPORAL_API_KEY: 'secret-key' });
    expect(message).toMatch(/speaks no TLS .*TEMPORAL_API_KEY/);
    expect(message).not.toContain('secret-key');
  });
});

describe('the config file', () => {
  test.each<[string, string, Record<string, string>, RegExp]>([
    [
      'without the profile',
      '[profile.default]\n[profile.prod]\naddress = "x:1"\n',
      { TEMPORAL_PROFILE: 'prd' },
      /no profile "prd" \(TEMPORAL_PROFILE\); it has: default, prod/,
    ],
    ['that is no TOML', '[profile.default\napi_key = "secret-key', {}, /cannot be read at line 1: /],
    ['without any profile', 'address = "x:1"\n', {}, /holds no table \[profile\.NAME\]/],
    [
      'with a certificate given twice',
      '[profile.default.tls]\nclient_cert_path = "a"\nclient_cert_data = "b"\n',
      {},
      /Cannot specify both client_cert_path and client_cert_data/,
    ],
  ])('%s is named with what is wrong', async (_name, text, env, expected) => {
    const path = file('temporal.toml', text);
    const { code, message } = await failure({ TEMPORAL_CONFIG_FILE: path, ...env });
    expect(code).toBe('bad_setting');
    expect(message).toContain(path);
    expect(message).toMatch(expected);
    expect(message).not.toContain('secret-key');
  });

  test('that is not there is refused where it was asked for', async () => {
    const { message } = await failure({ TEMPORAL_CONFIG_FILE: '/no/such.toml' });
    expect(message).toContain('TEMPORAL_CONFIG_FILE=/no/such.toml: there is no such file');
  });

  test('gives address, namespace, key and certificate of a profile', async () => {
    const server = await scripted({ tls: own });
    const lines = [
      '[profile.cloud]',
      `address = "${server.address}"`,
      'namespace = "team.a1b2c"',
      'api_key = "secret-key"',
      '[profile.cloud.tls]',
      `server_ca_cert_path = "${CERT}"`,
    ];
    settings({ TEMPORAL_CONFIG_FILE: file('cloud.toml', lines.join('\n')), TEMPORAL_PROFILE: 'cloud' });
    await (await connect({ user: 'ann', dataDir })).close();
    const described = server.calls.find(({ method }) => method === 'DescribeNamespace');
    expect(described?.headers).toMatchObject({
      'temporal-namespace': 'team.a1b2c',
      authorization: 'Bearer secret-key',
    });
  });
});

describe('a server', () => {
  test.each(['1.24.2', '0.28.0'])('of version %s is too old, and is told the oldest that will do', async (version) => {
    const { address } = await scripted({ version });
    const { code, message } = await failure({ TEMPORAL_ADDRESS: address });
    expect(code).toBe('server_too_old');
    expect(message).toBe(
      `Temporal at ${address} is version ${version}, Baton needs 1.25.0 or newer: upgrade the server`,
    );
  });

  test.each(['1.25.0', '1.32.0-148.4', '2.0.0', 'v1.30.1', 'my-build'])('of version %s will do', async (version) => {
    const { address } = await scripted({ version });
    settings({ TEMPORAL_ADDRESS: address });
    await (await connect({ user: 'ann', dataDir })).close();
  });

  test('without the namespace is told with the setting', async () => {
    const env = { TEMPORAL_ADDRESS: shared().address, TEMPORAL_NAMESPACE: 'nope' };
    const { code, message } = await failure(env);
    expect(code).toBe('namespace_missing');
    expect(message).toMatch(/no namespace "nope"; correct TEMPORAL_NAMESPACE/);
  });

  test('that lacks search attributes is told which, and the command that registers them', async () => {
    const { address } = await scripted({ attributes: attributes.slice(1) });
    const { code, message } = await failure({ TEMPORAL_ADDRESS: address });
    expect(code).toBe('search_attributes_missing');
    expect(message).toContain('lacks search attributes: BatonUser');
    expect(message).toContain(
      `temporal operator search-attribute create --address ${address} --namespace default --name BatonUser --type Keyword`,
    );
  });

  test('that will not describe its namespace is taken as it is', async () => {
    const { address } = await scripted({ status: { code: 7, details: 'Request unauthorized.' } });
    settings({ TEMPORAL_ADDRESS: address });
    await (await connect({ user: 'ann', dataDir })).close();
  });
});
