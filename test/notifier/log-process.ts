// A process of its own that appends to a SQLite log while it follows it: `log-process.ts URL NAME COUNT FOLLOWED TOTAL`.
// Says 'ready' once the log is open, begins at any message, and answers with the sequences it saw of FOLLOWED.
import { openStore } from '../../src/notifier/open-store.ts';
import { newEvent } from './events.ts';

const [url = '', name = '', count = '', followed = '', total = ''] = process.argv.slice(2);
const USERS = ['u1', 'u2', 'u3'];

const store = await openStore({ url });
const begin = new Promise((resolve) => process.once('message', resolve));
process.send?.('ready');
await begin;

async function follow(): Promise<number[]> {
  const seen: number[] = [];
  for await (const { seq } of store.log.follow({ userId: followed, after: 0 })) {
    seen.push(seq);
    if (seen.length === Number(total)) break;
  }
  return seen;
}

async function write(): Promise<void> {
  for (let n = 0; n < Number(count); n += 1) {
    const user_id = USERS[n % 3];
    const own = newEvent('agent_thinking', { user_id, id: `${name}:${n}` });
    // Every process tells this one too, as an activity and its successor do.
    const told = newEvent('agent_thinking', { user_id, id: `all:${n}` });
    if (n % 2) await store.log.append([own, told]);
    else await Promise.all([store.log.publish(own), store.log.publish(told)]);
  }
}

const [seen] = await Promise.all([follow(), write()]);
await store.close();
process.send?.(seen, () => process.disconnect());
