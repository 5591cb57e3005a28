import { redact } from '../../contracts/redact.ts';
import { reportSchema, type Report } from '../../contracts/report.ts';
import { secretFields, secretFieldsOf, type SecretFields } from '../../contracts/secret-fields.ts';

/** Where the files of a report lie is not for its reader. */
const reportFields = secretFields(reportSchema, 'output');

/** A report without secrets, and of the paths in it only the last names. */
export const shownReport = (report: Report): Report => redact(reportFields?.hide(report) ?? report);

/** How deep a result is searched for what an agent gave: a plan's steps lie three levels deep. */
const MAX_DEPTH = 6;

/** Of an app's manifest: the JSON Schema of what each agent gives. */
type Agents = Record<string, { output: object }>;

type Hidden = ReadonlyMap<string, SecretFields>;

function withoutMarked(value: unknown, hidden: Hidden, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => withoutMarked(item, hidden, depth + 1));
  const { agent, result } = value as { agent?: unknown; result?: unknown };
  const fields = typeof agent === 'string' ? hidden.get(agent) : undefined;
  const shown = fields && result !== undefined ? { ...value, result: fields.hide(result) } : value;
  return Object.fromEntries(
    Object.entries(shown).map(([key, inner]) => [key, withoutMarked(inner, hidden, depth + 1)]),
  );
}

/**
 * Makes what takes the secrets out of an answer about a run: those of everybody, those of the app, and the fields that
 * the agents' schemas mark, wherever the answer says whose result it holds.
 */
export function createRunShower({ agents }: { agents: Agents } = { agents: {} }) {
  const hidden = new Map(
    Object.entries(agents).flatMap(([name, { output }]) => {
      const fields = secretFieldsOf(output);
      return fields ? [[name, fields] as const] : [];
    }),
  );
  return function shown<View>(view: View): View {
    const { workflow, result } = view as { workflow?: unknown; result?: unknown };
    const seen = workflow === 'costOptimization' ? { ...view, result: reportFields?.hide(result) ?? result } : view;
    return redact((hidden.size > 0 ? withoutMarked(seen, hidden) : seen) as View);
  };
}
