import type { FoldedRun } from '../../../src/feed/folded.ts';
import { RUN_WORDS } from '../words.ts';

type Props = { runs: readonly FoldedRun[]; chosen: string | null; onChoose: (runId: string) => void };

const when = (iso: string) => new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** The user's runs, newest first. */
export function RunList({ runs, chosen, onChoose }: Props) {
  if (runs.length === 0) return <p class="hint">No runs yet.</p>;
  return (
    <ul class="runs">
      {runs.map(({ run_id, workflow, status, started_at }) => (
        <li key={run_id}>
          <button type="button" aria-current={run_id === chosen} onClick={() => onChoose(run_id)}>
            <span>{workflow ?? 'run'}</span>
            <span class={`badge ${status}`}>{RUN_WORDS[status]}</span>
            <time dateTime={started_at}>{when(started_at)}</time>
          </button>
        </li>
      ))}
    </ul>
  );
}
