import { useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { createStart } from './create-start.ts';
import { FilePicker } from './file-picker.tsx';

type Props = { api: Api; onStarted: (runId: string) => void };

const numberOf = (text: string) => (text.trim() === '' ? undefined : Number(text));

/** Starts `costOptimization` on the user's own usage files. Pressing twice starts one run. */
export function StartForm({ api, onStarted }: Props) {
  const [files, setFiles] = useState<File[]>([]);
  const [sent, setSent] = useState<number | null>(null);
  const [problem, setProblem] = useState('');
  const [start] = useState(() => createStart(api));

  async function startWith(form: FormData) {
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const input = {
      request: text('request') || undefined,
      model: text('model') || undefined,
      stated_monthly_usd: numberOf(text('monthly')),
      require_approval: form.get('approval') !== null || undefined,
    };
    onStarted(await start({ files, input, onSent: setSent }));
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (sent !== null) return;
    setProblem('');
    setSent(0);
    startWith(new FormData(event.currentTarget as HTMLFormElement))
      .catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
      .finally(() => setSent(null));
  };

  return (
    <form class="start" onSubmit={submit}>
      <h1>What could you save?</h1>
      <p>
        Five agents read your usage export, price every row, try each savings technique and write a plan with evidence.
      </p>
      <FilePicker files={files} onFiles={setFiles} />
      <label for="request">Your question</label>
      <textarea
        id="request"
        name="request"
        rows={2}
        placeholder="We spend $45k a month on language models. What can be saved?"
      />
      <div class="pair">
        <div>
          <label for="model">Model, where the file names none</label>
          <input id="model" name="model" placeholder="claude-sonnet-4-5" />
        </div>
        <div>
          <label for="monthly">Spend a month in US dollars</label>
          <input id="monthly" name="monthly" type="number" min="1" step="any" placeholder="45000" />
        </div>
      </div>
      <label class="check">
        <input type="checkbox" name="approval" /> Ask me before the plan is made
      </label>
      {problem && (
        <p role="alert" class="problem">
          {problem}
        </p>
      )}
      <button type="submit" disabled={sent !== null}>
        {sent === null ? 'Start' : 'Starting'}
      </button>
      {sent !== null && files.length > 0 && <progress max={1} value={sent} aria-label="Sending files" />}
    </form>
  );
}
