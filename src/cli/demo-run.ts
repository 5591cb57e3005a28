import { fileURLToPath } from 'node:url';
import type { BatonClient, RunHandle } from '../client.ts';
import type { Report } from '../contracts/report.ts';

const TRACE = fileURLToPath(new URL('../../examples/data/AzureLLMInferenceTrace_code.csv', import.meta.url));

/**
 * Starts `costOptimization` on the real trace in `examples/`, or finds the one that an earlier process left unfinished:
 * a second start continues it.
 */
export async function demoRun(baton: BatonClient, say: (line: string) => void): Promise<RunHandle<Report>> {
  const [unfinished] = await baton.runs({ thread: 'demo', open: true, limit: 1 });
  if (unfinished) {
    say(`continuing run ${unfinished.run_id}, started ${unfinished.started_at}`);
    return baton.run<Report>(unfinished.run_id);
  }
  say('costOptimization on Azure 2023 code traffic, priced as claude-sonnet-4-5; stated spend $45,000 a month');
  return baton.start(
    'costOptimization',
    {
      request: 'We spend $45k a month on language models. What can be saved?',
      files: [TRACE],
      model: 'claude-sonnet-4-5',
      stated_monthly_usd: 45_000,
    },
    { threadId: 'demo' },
  );
}
