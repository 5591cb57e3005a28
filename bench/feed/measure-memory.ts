import type { Stage, Subject } from './start-stage.ts';

const WARM_UP = 50;

/** Resident memory of the gateway's process in kB per open socket on which nothing happens, each of a user of its own. */
export async function measureMemory(stage: Stage, subject: Subject, sockets: number): Promise<number> {
  const settings = await stage.settings(subject);
  const users = Array.from({ length: sockets + WARM_UP }, (_, n) => `idle-${settings.port}-${n}`);
  try {
    const gateway = stage.start(settings);
    await gateway.serve();
    const clients = stage.start(settings);
    await clients.connect({ users: users.slice(0, WARM_UP), resumes: false });
    const before = await gateway.memory();
    await clients.connect({ users: users.slice(WARM_UP), resumes: false });
    return ((await gateway.memory()) - before) / 1_024 / sockets;
  } finally {
    await stage.clear();
  }
}
