import { idFault } from '../contracts/id-fault.ts';
import { checkGiven, durationFault, MAX_WAIT_MS, numberFault } from '../contracts/number-fault.ts';
import { optionsFault, type OptionNames } from '../contracts/option-names.ts';
import type { FeedOptions } from './connect-feed.ts';

/** What a token may hold: it travels as the name of a subprotocol. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** A token without the space around it, such as the line break at the end of a file; undefined where it is none. */
export function tokenOf(given: unknown): string | undefined {
  const token = typeof given === 'string' ? given.trim() : '';
  return TOKEN.test(token) ? token : undefined;
}

const OPTIONS: OptionNames<FeedOptions> = {
  url: true,
  token: true,
  after: true,
  runId: true,
  connectTimeoutMs: true,
  onError: true,
  WebSocket: true,
};

/** @throws TypeError where `connectFeed` was not given options, or one that it does not have */
export function checkFeedOptions(options: unknown): void {
  checkGiven('connectFeed: ', { 'its options': optionsFault(options, OPTIONS) });
}

/** The gateway's address of the feed, without a cursor. */
function targetOf(url: string): URL {
  if (!URL.canParse(url))
    throw new TypeError(`connectFeed: url ${JSON.stringify(url)} must be as http://127.0.0.1:8080`);
  const { protocol } = new URL(url);
  if (!['http:', 'https:', 'ws:', 'wss:'].includes(protocol)) {
    throw new TypeError(`connectFeed: url must begin with http:// or https://, not ${protocol}`);
  }
  const target = new URL('/v1/feed', url);
  target.protocol = target.protocol.replace('http', 'ws');
  return target;
}

type Given = {
  url: string;
  token: unknown;
  after?: number;
  runId?: string;
  connectTimeoutMs: number;
  WebSocket: unknown;
};

/**
 * Checks what `connectFeed` was given, and makes the address of it.
 *
 * @throws TypeError naming what is wrong
 */
export function feedTarget({ url, token, after = 0, runId, connectTimeoutMs, WebSocket }: Given): URL {
  const target = targetOf(String(url));
  if (typeof token !== 'function' && tokenOf(token) === undefined) {
    throw new TypeError('connectFeed: token must be a JWT, or a function that gives one');
  }
  checkGiven('connectFeed: ', {
    after: numberFault(after, { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true }),
    connectTimeoutMs: durationFault(connectTimeoutMs, { most: MAX_WAIT_MS }),
    runId: runId === undefined ? undefined : idFault(runId),
  });
  if (typeof WebSocket !== 'function') throw new TypeError('connectFeed: there is no WebSocket here: give one');
  return target;
}
