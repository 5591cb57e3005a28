import { useState } from 'preact/hooks';
import type { FoldedAgent } from '../../../src/feed/folded.ts';
import { duration } from '../words.ts';

const number = (count: number) => count.toLocaleString('en-US');

/** What an agent thought and called, drawn once it is opened; of very much, the fold keeps the latest. */
export function AgentDetails({ agent }: { agent: FoldedAgent }) {
  const [open, setOpen] = useState(false);
  const { thoughts, thoughts_total, tools, tools_total } = agent;
  const earlier = thoughts_total - thoughts.length + (tools_total - tools.length);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {number(thoughts_total)} thoughts, {number(tools_total)} tool calls
      </summary>
      {open && earlier > 0 && <p class="quiet">{number(earlier)} earlier ones are in the run's events.</p>}
      {open && (
        <ol class="thoughts">
          {thoughts.map(({ step_number, reasoning }) => (
            <li key={step_number} value={step_number}>
              {reasoning}
            </li>
          ))}
        </ol>
      )}
      {open && (
        <ul class="tools">
          {tools.map(({ call_id, tool_name, state, execution_time_ms }) => (
            <li key={call_id}>
              <code>{tool_name}</code> {state}
              {execution_time_ms !== null && `, ${duration(execution_time_ms)}`}
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}
