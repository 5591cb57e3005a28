import type { ProblemIssue } from '../problem.ts';

/** A field, a place in a list, or a field in quotes. */
const SEGMENT = /([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g;

const escaped = (segment: string) => segment.replaceAll('~', '~0').replaceAll('/', '~1');

function segmentsOf(path: string): string[] {
  return [...path.matchAll(SEGMENT)].map(([, name, index, quoted]) =>
    quoted === undefined ? ((name ?? index) as string) : (JSON.parse(quoted) as string),
  );
}

/** What is beside the plan in the input of `runPlan`; all other paths of the checker are those of the plan itself. */
const BESIDE = /^(input|results|plan)\b/;

/** The plan checker's faults, whose paths are `steps[0].input`, with JSON pointers into the request's body. */
export function planIssues(faults: readonly ProblemIssue[]): ProblemIssue[] {
  return faults.map(({ path, message }) => {
    // A plan that has such a field itself, which is not known there.
    const beside = BESIDE.test(path) && !message.startsWith('unknown field');
    return { path: ['/input', ...(beside ? [] : ['plan']), ...segmentsOf(path).map(escaped)].join('/'), message };
  });
}
