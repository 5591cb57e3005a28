import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Room on the disk, in megabytes: for all that a campaign of half an hour writes. */
const MB = 300;
const CHUNK = Buffer.alloc(1 << 20);

const mount = (folder: string) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${MB}m,mode=0700`, 'none', folder]).status === 0;
const unmount = (folder: string) => spawnSync('umount', ['-l', folder]).status === 0;

/** Whether this process may mount a disk: root may on most machines, in few containers. */
export function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'baton-mount-'));
  try {
    return mount(folder) && unmount(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes a folder a disk of its own, which can be filled to its last byte. */
export function mountDisk(folder: string) {
  if (!mount(folder)) throw new Error(`nothing can be mounted on ${folder}`);
  const filler = join(folder, 'filler');
  return {
    fill() {
      const file = openSync(filler, 'w');
      try {
        for (let size = CHUNK.length; size >= 1; size >>= 1) {
          try {
            for (;;) if (writeSync(file, CHUNK, 0, size) < size) break;
          } catch {
            // No room for so much: half of it may still go in.
          }
        }
      } finally {
        closeSync(file);
      }
    },
    empty: () => rmSync(filler, { force: true }),
    unmount: () => unmount(folder),
  };
}

export type OwnDisk = ReturnType<typeof mountDisk>;
