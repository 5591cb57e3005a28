// Waits until the process that holds the other end of stdin is gone, then stops the server it left and clears up.
import { rmSync } from 'node:fs';
import { livingServer } from '../dev/server-record.ts';
import { stopProcessGroup } from '../dev/stop-process-group.ts';

const [dataDir = ''] = process.argv.slice(2);

async function clearUp(): Promise<void> {
  const left = livingServer(dataDir);
  if (left) await stopProcessGroup(left.pid);
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
}

process.stdin.resume().on('close', () => void clearUp());
