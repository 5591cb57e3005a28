import { useState } from 'preact/hooks';
import type { Api } from '../api.ts';

const FORMATS = [
  { format: 'html', name: 'a page' },
  { format: 'xlsx', name: 'Excel' },
  { format: 'csv', name: 'CSV' },
  { format: 'md', name: 'Markdown' },
  { format: 'json', name: 'JSON' },
] as const;

/** The report as files. Fetched with the token and handed over as a blob, since a link cannot carry the token. */
export function Downloads({ runId, api }: { runId: string; api: Api }) {
  const [problem, setProblem] = useState('');
  async function fetchAndSave(format: string) {
    const url = URL.createObjectURL(await api.reportFile(runId, format));
    const link = Object.assign(document.createElement('a'), { href: url, download: `savings-plan.${format}` });
    link.click();
    URL.revokeObjectURL(url);
  }
  const save = (format: string) => {
    setProblem('');
    fetchAndSave(format).catch((error: Error) => setProblem(error.message));
  };
  return (
    <div class="actions">
      {FORMATS.map(({ format, name }) => (
        <button type="button" class="quiet" key={format} onClick={() => save(format)}>
          Save as {name}
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
