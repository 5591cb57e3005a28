import { pino } from 'pino';
import { WebSocket } from 'ws';
import { loadConfig } from '../../../src/config.ts';
import type { BatonEvent } from '../../../src/contracts/event.ts';
import { connectFeed } from '../../../src/feed/connect-feed.ts';
import { startGateway } from '../../../src/gateway.ts';
import { signToken } from '../../../src/gateway/auth/sign-token.ts';
import { openStore } from '../../../src/notifier/open-store.ts';
import type { ConnectOptions, Settings, System } from './system.ts';

const configOf = ({ store, dataDir, port }: Settings) =>
  loadConfig({
    BATON_LOG: store,
    BATON_DATA_DIR: dataDir,
    BATON_HTTP_PORT: String(port),
    BATON_JWT_SECRET: 'a secret of the benchmark, long enough for HS256',
  });

/** The shipped client, which resumes and folds. */
async function follow(url: string, token: string, { onEvent }: ConnectOptions): Promise<void> {
  const feed = connectFeed({ url, token });
  const live = Promise.withResolvers<void>();
  feed.subscribe(({ connection }) => connection.status === 'live' && live.resolve());
  void (async () => {
    for await (const event of feed.events()) onEvent(event);
  })();
  await live.promise;
}

/** A socket that parses what it gets and folds nothing: a thousand of them share a process, where a user has one. */
async function listen(url: string, token: string, { after, onEvent }: ConnectOptions): Promise<void> {
  const query = after === undefined ? '' : `?after=${after}`;
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/feed${query}`, ['baton.v1', `bearer.${token}`]);
  const live = Promise.withResolvers<void>();
  socket.on('error', live.reject);
  socket.on('close', (code) => live.reject(new Error(`the gateway closed a socket with ${code}`)));
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as { type: string; event: BatonEvent };
    if (frame.type === 'event') onEvent(frame.event);
    else if (frame.type === 'caught_up') live.resolve();
  });
  await live.promise;
}

/** Baton's log and gateway, with limits that let one machine be a thousand users. */
export const baton: System = {
  async serve(settings) {
    const config = configOf(settings);
    const { log } = await openStore({ url: config.storeUrl });
    const logger = pino({ level: 'warn' });
    const { temporal: address } = settings;
    await startGateway({ config, log, address, logger, streamsPerUser: 5_000, requestsPerMinute: 1_000_000 });
  },
  async openPublisher(settings) {
    const { log } = await openStore({ url: configOf(settings).storeUrl });
    return { publish: log.publish };
  },
  async connect(settings, options) {
    const token = await signToken({ user: options.userId, jwt: configOf(settings).jwt });
    const url = `http://127.0.0.1:${settings.port}`;
    await (options.resumes ? follow : listen)(url, token, options);
  },
};
