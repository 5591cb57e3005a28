import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { measured } from '../support/measured.ts';
import { toolAgents } from '../support/scenario-agents/tool-agents.ts';
import { openStage, types } from '../support/scenario-stage.ts';

const { agents, calls } = toolAgents();
const ANSWER = { result: 'analysis of test_data', tool_used: true, execution_time: 0.05 };

let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  stage = await openStage({ agents });
});
afterAll(() => stage.stop());
beforeEach(() => {
  calls.length = 0;
});

const ofTools = (events: BatonEvent[]) => events.filter(({ type }) => type.startsWith('tool_'));

test('test_agent_execution_with_tool_dispatcher', async () => {
  const { outcome, events, wall_ms } = await stage.run('tools', 'tool_agent');

  expect(outcome).toMatchObject({ success: true, result: { tool_result: ANSWER } });
  expect(calls).toHaveLength(1);
  expect(types(events)).toEqual([
    'agent_started',
    'tool_executing',
    'tool_completed',
    'agent_thinking',
    'tool_executing',
    'tool_completed',
    'agent_thinking',
    'agent_completed',
  ]);
  expect(ofTools(events).map(({ payload }) => payload)).toMatchObject([
    { tool_name: 'analysis_tool', call_id: 'analysis_tool-1', parameters: { data: 'test_data' } },
    { tool_name: 'analysis_tool', call_id: 'analysis_tool-1', success: true, result: ANSWER },
    {
      tool_name: 'tool_agent_analysis_tool',
      call_id: 'tool_agent_analysis_tool-1',
      parameters: { analysis_type: 'standard' },
    },
    {
      tool_name: 'tool_agent_analysis_tool',
      call_id: 'tool_agent_analysis_tool-1',
      success: true,
      result: { analysis_complete: true },
    },
  ]);
  measured('test_agent_execution_with_tool_dispatcher', { events: events.length, calls: calls.length, wall_ms });
});

describe('a tool of an agent', () => {
  test('that was called gives an attempt that follows its receipt, and is not called again', async () => {
    const { outcome, events } = await stage.run('receipts', 'fails_after_call');

    expect(outcome).toMatchObject({ success: true, attempts: 2, recovered: true, result: { tool_result: ANSWER } });
    expect(calls).toHaveLength(1);
    const again = ofTools(events).filter(({ attempt }) => attempt === 2);
    expect(again.slice(0, 2).map(({ payload }) => payload)).toMatchObject([
      { tool_name: 'analysis_tool', from_receipt: true },
      { tool_name: 'analysis_tool', from_receipt: true, result: ANSWER },
    ]);
  });

  test('that it does not list fails by name and leaves no call open', async () => {
    const { outcome, events } = await stage.run('unknown', 'asks_for_more');

    expect(outcome).toMatchObject({ success: false, error: { type: 'ToolFailed' } });
    expect(outcome.error?.message).toMatch(/unknown tool "crystal_ball".*analysis/);
    expect(types(events)).toEqual(['agent_started', 'agent_error']);
    expect(calls).toEqual([]);
  });
});
