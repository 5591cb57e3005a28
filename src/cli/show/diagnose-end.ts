import type { Diagnosis, Evidence } from './evidence.ts';
import type { Remedies } from './remedies.ts';
import { placeLines } from './thrown-places.ts';

/** A closed run: why it ended, and whether it is worth another try. */
export function diagnoseEnd({ run, folded, error, undoing, log, thrown }: Evidence, remedies: Remedies): Diagnosis {
  const { status, ended_at: since } = run;
  const failed = folded?.agents.filter(({ state }) => state === 'failed' || state === 'dead') ?? [];
  const ofAgents = failed.flatMap(({ agent, agent_run, attempt, error: why }) => [
    `${agent_run ?? agent} failed at attempt ${attempt}: ${why?.type ?? 'AgentFailed'}: ${why?.message ?? 'no word of why'}`,
    ...placeLines(thrown.get(why?.message ?? '') ?? []),
  ]);
  const saysSo = failed.some(({ error: why }) => why?.message === error?.message);
  const common = {
    since,
    evidence: [...ofAgents, ...(saysSo ? [] : placeLines(thrown.get(error?.message ?? '') ?? []))],
  };
  if (undoing) {
    const summary = `the run is ${status}; what its tools did is being undone`;
    return { ...common, reason: 'undoing', summary, remedies: [remedies.watch, remedies.look] };
  }
  if (folded && folded.ended_at === null && log.error === null) {
    const summary = `the run is ${status}, which its user has not been told yet: a worker or a gateway does within half a minute`;
    const remedy = remedies.worker('if none is up: starts one, which tells the end and undoes what is left');
    return { ...common, reason: 'end_untold', summary, remedies: [remedy, remedies.look] };
  }
  if (status === 'completed') return { ...common, reason: 'ended', summary: 'the run completed', remedies: [] };
  const why = error?.message ?? folded?.error?.message ?? folded?.summary;
  const summary = `the run ended as ${status}${why ? `: ${why}` : ''}`;
  if (status === 'insufficient_data') return { ...common, reason: 'ended', summary, remedies: [] };
  const steps = failed.flatMap(({ agent, step }) => step ?? agent);
  const from = [...new Set(steps)].slice(0, 1).map(remedies.retryFrom);
  return { ...common, reason: 'ended_badly', summary, remedies: [remedies.retry, ...from] };
}
