import { isGood, type CheckedHistory } from './check-histories.ts';

const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

function problemText({ name, workflow_id, fault, divergence, feed }: CheckedHistory): string {
  const title = workflow_id && !name.includes(workflow_id) ? `${name} (${workflow_id})` : name;
  if (fault !== null) return `UNREADABLE  ${title}\n    ${fault}\n`;
  if (divergence) {
    const { text, detail } = divergence;
    return `DIVERGES    ${title}\n    ${text}\n${text.includes(detail) ? '' : `    Temporal: ${detail}\n`}`;
  }
  const lines = (feed ?? []).map(({ sign, line }) => `    ${sign} ${line}\n`);
  return `FEED        ${title}\n    - is what its user saw, + what the code shows now:\n${lines.join('')}`;
}

/** Summary in one line. */
function checksSummary(checks: readonly CheckedHistory[]): string {
  const diverging = checks.filter(({ divergence }) => divergence).length;
  const unreadable = checks.filter(({ fault }) => fault !== null).length;
  const compared = checks.filter(({ feed }) => feed !== null);
  const changed = compared.filter(({ feed }) => feed?.length).length;
  const told = [
    `${checks.length - diverging - unreadable} replay`,
    diverging > 0 ? count(diverging, 'diverges', 'diverge') : '',
    unreadable > 0 ? `${unreadable} unreadable` : '',
    changed > 0 ? `${count(changed, 'shows its user', 'show their users')} something else` : '',
    compared.length > 0 ? count(compared.length, 'feed compared', 'feeds compared') : 'no feed to compare',
  ];
  return `${count(checks.length, 'history', 'histories')}: ${told.filter(Boolean).join(', ')}`;
}

const REMEDY = `Runs that diverge cannot continue on this code. Keep both ways until none of them is open: patched('some-name') of
baton-agents/workflow is false in runs that began before, and true in new ones.
`;

/** What is wrong with the histories that were checked, what to do about those that diverge, and a summary. */
export function checksText(checks: readonly CheckedHistory[]): string {
  const problems = checks.filter((check) => !isGood(check)).map(problemText);
  const remedy = checks.some(({ divergence }) => divergence?.kind === 'diverged') ? REMEDY : '';
  return `${problems.join('')}${remedy}${checksSummary(checks)}\n`;
}
