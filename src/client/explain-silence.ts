import { connect as connectPlainly, type Socket } from 'node:net';
import { connect as connectSecurely, type ConnectionOptions as TlsOptions, type TLSSocket } from 'node:tls';
import type { ConnectionOptions } from '@temporalio/client';

/** How long each question may take, in milliseconds. */
const LIMIT_MS = 2_000;

/** How long a server may take to say that it misses a certificate, in milliseconds: it does so after the handshake. */
const ALERT_MS = 500;

/** What every client of HTTP/2 says first; a server that is content answers. */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';

const TLS_OFF =
  'unset TEMPORAL_TLS and the other TLS settings (tls in the profile), or TEMPORAL_API_KEY, or correct TEMPORAL_ADDRESS';
const TLS_ON =
  'set TEMPORAL_TLS=true (tls in the profile), with TEMPORAL_TLS_SERVER_CA_CERT_PATH for a certificate of your own';
const CERTIFICATE = 'set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH';

type Refusal = Error & { code?: string };

function splitAddress(address: string): { host: string; port: number } {
  const [, host = address, port = '7233'] = /^\[?(.+?)\]?(?::(\d+))?$/.exec(address) ?? [];
  return { host, port: Number(port) };
}

/** Waits until a socket is open, or says why it is not. */
function refusalOf(socket: Socket | TLSSocket, opened: 'connect' | 'secureConnect'): Promise<Refusal | undefined> {
  const { promise, resolve } = Promise.withResolvers<Refusal | undefined>();
  const timer = setTimeout(() => resolve(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), LIMIT_MS);
  socket.once(opened, () => resolve(undefined));
  socket.on('error', resolve);
  socket.once('close', () => resolve(Object.assign(new Error('it hung up'), { code: 'ECONNRESET' })));
  return promise.finally(() => clearTimeout(timer));
}

/** What a server has against a client after the handshake. */
function objectionOf(socket: TLSSocket): Promise<Refusal | undefined> {
  const { promise, resolve } = Promise.withResolvers<Refusal | undefined>();
  const timer = setTimeout(() => resolve(undefined), ALERT_MS);
  socket.on('error', resolve).once('data', () => resolve(undefined));
  socket.write(PREFACE);
  return promise.finally(() => clearTimeout(timer));
}

const isAlert = ({ code = '' }: Refusal) => /ALERT|CERTIFICATE_REQUIRED/.test(code);

/** What OpenSSL says, without the place in its source. */
function reasonOf({ code, message }: Refusal): string {
  const [, reason] = /SSL routines:[^:]*:([^:]+)/.exec(message) ?? [];
  return reason ?? (code && !message.includes(' ') ? code : message.trim());
}

function explainTls(refusal: Refusal): string {
  const { code = '' } = refusal;
  const message = reasonOf(refusal);
  if (isAlert({ code } as Refusal))
    return `it refuses the client's certificate, or the lack of one (${message}): ${CERTIFICATE}`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for another name (${message}): set TEMPORAL_TLS_SERVER_NAME`;
  if (/CERT|SIGNED|VERIFY|ISSUER/.test(code))
    return `its certificate is not trusted (${message}): set TEMPORAL_TLS_SERVER_CA_CERT_PATH to that of its authority`;
  return `it speaks no TLS (${message}): ${TLS_OFF}`;
}

async function explainSecurely(where: { host: string; port: number }, options: TlsOptions): Promise<string> {
  const socket = connectSecurely({ ...where, ...options, ALPNProtocols: ['h2'] });
  try {
    const refusal = (await refusalOf(socket, 'secureConnect')) ?? (await objectionOf(socket));
    return refusal ? explainTls(refusal) : 'it speaks TLS, but not as Temporal does: correct TEMPORAL_ADDRESS';
  } finally {
    socket.destroy();
  }
}

function tlsOptions(tls: ConnectionOptions['tls'], host: string): TlsOptions {
  const {
    clientCertPair: pair,
    serverRootCACertificate: ca,
    serverNameOverride,
  } = typeof tls === 'object' ? (tls ?? {}) : {};
  return {
    servername: serverNameOverride ?? (/^[\d.:]+$/.test(host) ? undefined : host),
    ...(ca && { ca: Buffer.from(ca) }),
    ...(pair && { cert: Buffer.from(pair.crt), key: Buffer.from(pair.key) }),
  };
}

/** Whether somebody answers a TLS handshake, be it by refusing it. */
async function speaksTls(where: { host: string; port: number }): Promise<boolean> {
  const socket = connectSecurely({ ...where, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
  try {
    const refusal = await refusalOf(socket, 'secureConnect');
    return refusal === undefined || isAlert(refusal);
  } finally {
    socket.destroy();
  }
}

/** Whether whoever accepts connections says nothing on one: a process that hangs has its connections accepted by the system. */
async function saysNothing(where: { host: string; port: number }): Promise<boolean> {
  const socket = connectPlainly(where);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, LIMIT_MS, true);
  for (const event of ['data', 'end', 'error', 'close']) socket.once(event, () => resolve(false));
  socket.write(PREFACE);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}

/** Finds out why no connection came about, where gRPC only says that the time is up: what is the matter and what to do. */
export async function explainSilence({
  address,
  tls,
  apiKey,
}: ConnectionOptions & { address: string }): Promise<string> {
  const where = splitAddress(address);
  const socket = connectPlainly(where);
  const refusal = await refusalOf(socket, 'connect');
  socket.destroy();
  if (refusal?.code === 'ENOTFOUND' || refusal?.code === 'EAI_AGAIN')
    return `no such host "${where.host}": correct TEMPORAL_ADDRESS`;
  if (refusal) {
    const what = refusal.code === 'ECONNREFUSED' ? 'nothing listens there' : `it cannot be reached (${refusal.code})`;
    return `${what}: is it running? Start it by "baton dev", or set TEMPORAL_ADDRESS`;
  }
  if (tls || (tls === undefined && apiKey)) return explainSecurely(where, tlsOptions(tls, where.host));
  const [tlsIsSpoken, isSilent] = await Promise.all([speaksTls(where), saysNothing(where)]);
  if (tlsIsSpoken) return `it expects TLS: ${TLS_ON}`;
  if (isSilent)
    return 'something listens there and says nothing: restart it if it is a Temporal that hangs, or correct TEMPORAL_ADDRESS';
  return 'something listens there that does not speak as Temporal does: correct TEMPORAL_ADDRESS';
}
