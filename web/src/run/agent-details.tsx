import { useState } from 'preact/hooks';
import type { FoldedAgent } from '../../../src/feed/folded.ts';
import { duration } from '../words.ts';

/** Thoughts and calls drawn at first: with thousands, every further event would draw all of them anew. */
const SHOWN = 200;

const number = (count: number) => count.toLocaleString('en-US');

/** Everything an agent thought and called, drawn once it is opened, and of very much the latest first. */
export function AgentDetails({ agent: { thoughts, tools } }: { agent: FoldedAgent }) {
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  const from = all ? 0 : -SHOWN;
  const hidden = all ? 0 : Math.max(0, thoughts.length - SHOWN) + Math.max(0, tools.length - SHOWN);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {number(thoughts.length)} thoughts, {number(tools.length)} tool calls
      </summary>
      {open && hidden > 0 && (
        <button type="button" class="quiet" onClick={() => setAll(true)}>
          Show {number(hidden)} earlier
        </button>
      )}
      {open && (
        <ol class="thoughts">
          {thoughts.slice(from).map(({ step_number, reasoning }) => (
            <li key={step_number} value={step_number}>
              {reasoning}
            </li>
          ))}
        </ol>
      )}
      {open && (
        <ul class="tools">
          {tools.slice(from).map(({ call_id, tool_name, state, execution_time_ms }) => (
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
