import { useState } from 'preact/hooks';
import type { FoldedRun } from '../../../src/feed/folded.ts';
import type { Api } from '../api.ts';

type Action = Parameters<Api['act']>[1];

const RETRIED = ['failed', 'cancelled', 'timed_out', 'terminated', 'completed_with_errors'];

function actionsFor({ status, ended_at, paused_by }: FoldedRun): Action[] {
  if (ended_at !== null) return RETRIED.includes(status) ? ['retry'] : [];
  return paused_by !== null ? ['resume', 'cancel'] : ['pause', 'cancel'];
}

const WORDS: Record<Action, string> = { cancel: 'Cancel', pause: 'Pause', resume: 'Resume', retry: 'Try again' };

/** What the user may do with the run now. The feed shows what came of it, so nothing is changed here. */
export function RunActions({ run, api }: { run: FoldedRun; api: Api }) {
  const [problem, setProblem] = useState('');
  const act = (action: Action) => {
    setProblem('');
    api.act(run.run_id, action).catch((error: Error) => setProblem(error.message));
  };
  return (
    <div class="actions">
      {actionsFor(run).map((action) => (
        <button type="button" class="quiet" key={action} onClick={() => act(action)}>
          {WORDS[action]}
        </button>
      ))}
      {problem && (
        <p role="alert" class="problem">
          {problem}
        </p>
      )}
    </div>
  );
}
