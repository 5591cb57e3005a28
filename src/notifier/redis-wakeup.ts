import { EventEmitter } from 'node:events';
import type { Cluster, Redis } from 'ioredis';
import type { RedisKeys } from './redis-keys.ts';

/** Followers look by themselves this often: a message is lost with a connection, whose loss may go unnoticed. */
const LOOK_MS = 2_000;

/** Tells followers that their user has new events, by one subscription per followed user. */
export function createRedisWakeup(subscriber: Redis | Cluster, keys: RedisKeys) {
  const emitter = new EventEmitter().setMaxListeners(0);
  const wakeAll = () => emitter.eventNames().forEach((channel) => emitter.emit(channel));
  let timer: NodeJS.Timeout | undefined;
  subscriber.on('message', (channel: string) => emitter.emit(channel));
  subscriber.on('ready', wakeAll);

  function onChange(userId: string, listener: () => void): () => void {
    const channel = keys.wake(userId);
    emitter.on(channel, listener);
    timer ??= setInterval(wakeAll, LOOK_MS);
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
