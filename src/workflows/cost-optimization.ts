// Runs inside the workflow sandbox.
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { AgentsByName } from '../agents/define-app.ts';
import type { CostAgents } from '../agents/cost-app.ts';
import type { CostOptimizationInput } from '../contracts/cost-optimization.ts';
import { COST_AGENTS, SEARCH_ATTRIBUTES } from '../contracts/names.ts';
import type { Report } from '../contracts/report.ts';
import type { AgentOutcome, RunOutcome } from '../contracts/run.ts';
import type { RunStart } from '../contracts/run-start.ts';
import { openRun } from './open-run.ts';
import type { RunEnd } from './run-end.ts';

const SAVINGS = defineSearchAttributeKey(SEARCH_ATTRIBUTES.savings, SearchAttributeType.DOUBLE);
const COST = defineSearchAttributeKey(SEARCH_ATTRIBUTES.cost, SearchAttributeType.DOUBLE);

function failed({ agent, error }: AgentOutcome): RunEnd<never> {
  return { status: 'failed', summary: `${agent}: ${error?.message ?? 'failed'}`, error };
}

function rejected(by: string, comment?: string): RunEnd<never> {
  const message = `the plan was rejected by ${by}${comment ? `: ${comment}` : ''}`;
  return { status: 'failed', summary: message, error: { type: 'Rejected', message } };
}

/**
 * From usage files to a savings plan: triage -> data_helper -> optimization -> actions -> reporting. Ends after triage
 * as `insufficient_data`, with the export to fetch and without a figure, where there are no rows to compute from; asks its user before `actions` where that is wished.
 */
export async function costOptimization(start: RunStart<CostOptimizationInput>): Promise<RunOutcome<Report>> {
  const { input } = start;
  const { agent, ask, finish } = openRun<AgentsByName<CostAgents>>(start, COST_AGENTS);
  // Prices are those of the moment the run began, so that a retried agent prices like the one before it.
  const priced_at = new Date().toISOString();

  return finish<Report>(async () => {
    const { request, upload_ids, files, stated_monthly_usd, effort_rate_usd_per_day, set, ...reading } = input;
    const triage = await agent('triage', { request, upload_ids, files, stated_monthly_usd });
    if (!triage.result) return failed(triage);
    const triaged = triage.result;
    if (triaged.data_sufficiency === 'insufficient') {
      const result: Report = { status: 'insufficient_data', needed: triaged.needed ?? [], reason: triaged.reason };
      return { status: 'insufficient_data', summary: triaged.reason, result };
    }

    const { model, provider, window_hours, allow_bad_rows, prices } = reading;
    const data = await agent('data_helper', {
      files: triaged.files,
      model,
      provider,
      window_hours,
      allow_bad_rows,
      prices,
      priced_at,
      stated_monthly_usd: triaged.stated_monthly_usd,
    });
    if (!data.result) return failed(data);
    const { bad_rows, notes, ...profile } = data.result;

    const optimization = await agent('optimization', { ...profile, set });
    if (!optimization.result) return failed(optimization);
    const { savings, phases, assumptions, ...found } = optimization.result;

    if (input.require_approval) {
      const { monthly_usd, percent } = found.total;
      const { decision, by, comment } = await ask({
        id: 'plan',
        question: `Make a plan to save about $${Math.round(monthly_usd.expected)} a month (${percent.toFixed(1)}%)?`,
        expiresMs: input.approval_timeout_ms,
        remindMs: input.approval_reminder_ms,
      });
      if (decision !== 'approve') return rejected(by, comment);
    }

    const actions = await agent('actions', { savings, phases, effort_rate_usd_per_day });
    if (!actions.result) return failed(actions);

    const reporting = await agent('reporting', {
      ...found,
      ...actions.result,
      assumptions: [...assumptions, ...actions.result.assumptions],
      source: profile.source,
      baseline: profile.baseline,
      monthly_factor: profile.monthly_factor,
      segments: profile.segments,
      price_book: profile.price_book,
      bad_rows,
      notes,
    });
    if (!reporting.result) return failed(reporting);
    const { report } = reporting.result;
    const { monthly_usd, percent } = found.total;
    const attributes = [
      { key: SAVINGS, value: monthly_usd.expected },
      { key: COST, value: profile.baseline.monthly_usd },
    ];
    const summary = `Saves ${percent.toFixed(1)}% of the monthly bill`;
    return { status: 'completed', summary, result: report, attributes };
  });
}
