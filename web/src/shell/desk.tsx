import { useEffect, useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { RunView } from '../run/run-view.tsx';
import { StartForm } from '../start/start-form.tsx';
import { useFeed } from '../use-feed.ts';
import { ConnectionBar } from './connection-bar.tsx';
import { RunList } from './run-list.tsx';

type Props = { token: string; api: Api; onSignOut: (refused: boolean) => void };

const runInAddress = () => new URLSearchParams(location.search).get('run');

/** One user's desk: their runs, a new run, and the run they look at. The address keeps the run for a reload. */
export function Desk({ token, api, onSignOut }: Props) {
  const state = useFeed(token);
  const [chosen, setChosen] = useState<string | null>(runInAddress);
  const refused = state?.connection.status === 'closed' && state.connection.reason !== 'closed';
  useEffect(() => {
    if (refused) onSignOut(true);
  }, [refused]);
  if (!state) return null;

  const runs = state.feed.runs.toSorted((a, b) => b.started_at.localeCompare(a.started_at));
  const run = runs.find(({ run_id }) => run_id === chosen);
  const choose = (runId: string | null) => {
    history.replaceState(null, '', runId === null ? location.pathname : `?run=${encodeURIComponent(runId)}`);
    setChosen(runId);
  };
  return (
    <>
      <header class="top">
        <a class="skip" href="#content">
          Skip to content
        </a>
        <strong class="brand">Baton</strong>
        <ConnectionBar connection={state.connection} />
        <button type="button" class="quiet" onClick={() => onSignOut(false)}>
          Sign out
        </button>
      </header>
      <div class="desk">
        <nav aria-label="Runs">
          <button type="button" class="new" onClick={() => choose(null)} aria-current={chosen === null}>
            New run
          </button>
          <RunList runs={runs} chosen={chosen} onChoose={choose} />
        </nav>
        <main id="content" tabIndex={-1}>
          {run && <RunView key={run.workflow_id} run={run} api={api} />}
          {!run && chosen !== null && <p role="status">Waiting for the first event of run {chosen}</p>}
          {chosen === null && <StartForm api={api} onStarted={choose} />}
        </main>
      </div>
    </>
  );
}
