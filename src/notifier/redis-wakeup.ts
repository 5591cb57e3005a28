import { EventEmitter } from 'node:events';
import type { Cluster, Redis } from 'ioredis';
import type { RedisKeys } from './redis-keys.ts';

/** Followers look by themselves this often: a message is lost with a connection, whose loss may go unnoticed. */
const LOOK_MS = 2_000;

/** In so many parts: a thousand followers that look at once would hold up what is told meanwhile. */
const LOOK_PARTS = 10;

/** Most that a wake-up carries, in bytes; past that it only says that there is something. */
export const MAX_TOLD_BYTES = 65_536;

/** Gets what a wake-up told, as the append script wrote it; without it, the follower has to look by itself. */
type Listener = (told?: string) => void;

/** Tells followers that their user has new events, by one subscription per followed user. */
export function createRedisWakeup(subscriber: Redis | Cluster, keys: RedisKeys) {
  const emitter = new EventEmitter().setMaxListeners(0);
  const wakeAll = () => emitter.eventNames().forEach((channel) => emitter.emit(channel));
  let timer: NodeJS.Timeout | undefined;
  let part = 0;
  // Anybody may publish on a channel; what is longer than the script's own messages is not even parsed.
  subscriber.on('message', (channel: string, told: string) =>
    emitter.emit(channel, told.length > MAX_TOLD_BYTES ? undefined : told || undefined),
  );
  subscriber.on('ready', subscribeAll);

  /** Also what could not be subscribed to before. */
  function subscribeAll() {
    const channels = emitter.eventNames() as string[];
    if (channels.length > 0) subscriber.subscribe(...channels).catch(() => undefined);
    wakeAll();
  }

  function wakeNext() {
    part = (part + 1) % LOOK_PARTS;
    // A connection that is only listened to would not show that its other end is gone.
    if (part === 0) subscriber.ping().catch(() => undefined);
    const channels = emitter.eventNames();
    for (let n = part; n < channels.length; n += LOOK_PARTS) emitter.emit(channels[n] as string);
  }

  function onChange(userId: string, listener: Listener): () => void {
    const channel = keys.wake(userId);
    emitter.on(channel, listener);
    timer ??= setInterval(wakeNext, LOOK_MS / LOOK_PARTS);
    // What was appended before the subscription took effect was not announced.
    if (emitter.listenerCount(channel) === 1) {
      subscriber.subscribe(channel).then(
        () => emitter.emit(channel),
        () => undefined,
      );
    }
    return () => {
      emitter.off(channel, listener);
      if (emitter.listenerCount(channel) === 0) subscriber.unsubscribe(channel).catch(() => undefined);
      if (emitter.eventNames().length > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }

  function close() {
    clearInterval(timer);
    wakeAll();
  }

  return { onChange, close };
}
