// One process of a measurement: it serves, publishes or holds clients, and does what its parent asks over IPC.
import { createClients } from './clients.ts';
import { publishPaced, type PublishOptions } from './publish-paced.ts';
import type { Publisher, Settings, System } from './systems/system.ts';

const settings = JSON.parse(process.argv[2] as string) as Settings;
/** Only the system that is measured is loaded. */
async function loadSystem(): Promise<System> {
  if (settings.system === 'baton') return (await import('./systems/baton.ts')).baton;
  if (settings.system === 'socketio') return (await import('./systems/socketio.ts')).socketio;
  return (await import('./systems/streams.ts')).streams;
}

const system = await loadSystem();
const clients = createClients(settings, system);
let publisher: Promise<Publisher> | undefined;

function memory() {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

/** Microseconds of CPU time that this process has used. */
async function cpu() {
  const used = process.cpuUsage();
  return used.user + used.system;
}

const WORK = {
  serve: () => system.serve(settings),
  cpu,
  memory: async () => memory(),
  publish: async (options: PublishOptions) =>
    publishPaced(await (publisher ??= system.openPublisher(settings)), options),
  connect: clients.connect,
  seen: clients.seen,
  received: clients.received,
};

export type Work = typeof WORK;

async function answer({ id, name, args }: { id: number; name: keyof Work; args: unknown[] }) {
  try {
    const value = await (WORK[name] as (...args: unknown[]) => Promise<unknown>)(...args);
    process.send?.({ id, value });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.stack : String(error) });
  }
}

process.on('message', (request) => void answer(request as Parameters<typeof answer>[0]));
// A parent that is gone leaves no orphan.
process.on('disconnect', () => process.exit());
