import { mkdirSync, statfsSync } from 'node:fs';
import { BatonError } from '../contracts/baton-error.ts';

/** Room that the databases of a short run take, in bytes. */
const NEEDED = 32 * 2 ** 20;

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;

/**
 * Refuses a data folder without room before anything is begun there: databases that meet the end of the disk while they
 * are being made leave half of themselves behind, and errors that nobody understands.
 *
 * @throws BatonError `InvalidInput` naming the folder and what to do
 */
export function checkRoom(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize >= NEEDED) return;
  throw new BatonError(
    'InvalidInput',
    `data folder ${dataDir}: its disk is full (${megabytes(bavail * bsize)} free, ${megabytes(NEEDED)} needed); ` +
      'free some space, or set BATON_DATA_DIR to a folder on another disk',
  );
}
