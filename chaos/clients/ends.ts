import type { SeenEvent } from '../records/lines.ts';

/** Which runs have ended as far as their users heard, so that the campaign knows when everything is quiet. */
export function createEnds() {
  const ended = new Set<string>();
  let heardAt = Date.now();
  return {
    hear({ type, run_id }: Pick<SeenEvent, 'type' | 'run_id'>) {
      heardAt = Date.now();
      if (/^run_(completed|failed|cancelled)$/.test(type)) ended.add(run_id);
      else if (type === 'run_restarted') ended.delete(run_id);
    },
    has: (run: string) => ended.has(run),
    all: (runs: readonly string[]) => runs.every((run) => ended.has(run)),
    quietFor: (ms: number) => Date.now() - heardAt > ms,
  };
}
