import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Events that wait for the log in the files of this machine's outbox. */
export function spooledEvents(dataDir: string): number {
  const folder = join(dataDir, 'outbox');
  try {
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    return texts.reduce((sum, text) => sum + text.split('\n').filter(Boolean).length, 0);
  } catch {
    // There is none, or a worker is delivering one right now.
    return 0;
  }
}
