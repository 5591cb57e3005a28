import { useEffect, useState } from 'preact/hooks';
import type { Report } from '../../../src/contracts/report.ts';
import type { Api } from '../api.ts';
import { Downloads } from './downloads.tsx';
import { Figures } from './figures.tsx';

/** The report of a finished run, fetched once it is there: figures, or what to export where there are none. */
export function ReportView({ runId, api }: { runId: string; api: Api }) {
  const [report, setReport] = useState<Report | null>(null);
  const [problem, setProblem] = useState('');
  const read = () => {
    setProblem('');
    api.report(runId).then(setReport, (error: Error) => setProblem(error.message));
  };
  useEffect(read, [runId]);
  if (problem)
    return (
      <div role="alert">
        <p class="problem">The report could not be read: {problem}</p>
        <button type="button" class="quiet" onClick={read}>
          Read it again
        </button>
      </div>
    );
  if (!report) return <p role="status">Reading the report</p>;
  return (
    <section class="report" aria-label="Report">
      {report.status === 'completed' ? (
        <Figures report={report} />
      ) : (
        <>
          <h2>No figures: the data is not sufficient</h2>
          <p>{report.reason}</p>
          <h3>What to export</h3>
          <dl>
            {report.needed.map((each) => (
              <>
                <dt>{each.export}</dt>
                <dd>
                  {each.how} Gives: {each.gives}.
                </dd>
              </>
            ))}
          </dl>
        </>
      )}
      <Downloads runId={runId} api={api} />
    </section>
  );
}
