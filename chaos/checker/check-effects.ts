import { expectationOf } from '../load/expectation.ts';
import type { BankLine } from '../records/lines.ts';
import type { Findings } from './findings.ts';
import { endsOf, heardOf, statusOf, type KnownRun, type World } from './world.ts';

/** What was done, each once for its key; a charge counts whenever it was made. */
const made = (lines: BankLine[], kind: BankLine['kind']) =>
  lines.filter((line) => line.kind === kind && line.receipt !== null && !line.repeated);

type Pair = { name: string; what: string; done: BankLine[]; undone: BankLine[] } & {
  /** Whether the run's end says that it was done and not undone. */
  stands: boolean;
  /** Why what was done may stand though the run's end says otherwise: the run has said that a person must look. */
  leftWith?: string;
};

function checkPair({ name, what, done, undone, stands, leftWith }: Pair, { fault, allowed }: Findings) {
  const receipts = new Set(done.map(({ receipt }) => receipt));
  const undoneTwice = undone.length - new Set(undone.map(({ receipt }) => receipt)).size;
  const strange = undone.filter(({ receipt }) => !receipts.has(receipt));
  if (done.length > 1) fault('effectsDoubled', `${name} ${what} ${done.length} times: ${[...receipts].join(', ')}`);
  if (undoneTwice > 0) fault('undosDoubled', `${name} undid ${what} ${undone.length} times`);
  if (strange.length > 0)
    fault('undosDoubled', `${name} undid what was not ${what}: ${strange.map((s) => s.receipt).join()}`);
  if (stands && done.length === 0) fault('effectsMissing', `${name} completed and never ${what}`);
  if (stands && undone.length > 0) fault('undosDoubled', `${name} completed, and what was ${what} was undone`);
  const left = done.filter(({ receipt }) => !undone.some((one) => one.receipt === receipt));
  if (stands || left.length === 0) return;
  const words = `${name} ${what} ${left.map((l) => l.receipt).join()}, not undone`;
  if (leftWith) allowed('ended', `${words}: ${leftWith}`);
  else fault('undosMissing', words);
}

/**
 * The words of a run that could not undo what nobody can know whether it happened: its tool cannot tell, or the ledger
 * is lost, or the Temporal in which an undo was under way.
 */
function unknowable(run: KnownRun): string | undefined {
  if (run.planned.kind !== 'buyBlind' && !run.logLoss && !run.temporalLoss) return undefined;
  const failed = heardOf(run).filter(
    ({ type, payload }) => type === 'compensation_completed' && payload.success === false,
  );
  const errors = failed.map(({ payload }) => payload.error as { type: string; message: string });
  const isUnknown = ({ type, message }: { type: string; message: string }) =>
    type === 'EffectUnknown' || (run.temporalLoss !== undefined && message.startsWith('it is not known'));
  return errors.find(isUnknown)?.message;
}

function checkPutBack(name: string, run: KnownRun, status: string, putBack: BankLine[], { fault }: Findings) {
  const { kind } = run.planned;
  const begun = heardOf(run).some(({ agent, type }) => agent === 'walker' && type === 'agent_started');
  // A run that was closed from outside has only the ledger left, which knows tools but no undoing agents.
  const byItself = ['failed', 'cancelled'].includes(status) && !run.temporalLoss;
  const owes = byItself && (kind === 'trip' || (kind === 'basket' && begun));
  if (putBack.length > 1) fault('undosDoubled', `${name} was put back ${putBack.length} times`);
  if (owes && putBack.length === 0) fault('undosMissing', `${name} ended ${status} and was not put back`);
  if (status === 'completed' && putBack.length > 0) fault('undosDoubled', `${name} completed and was put back`);
}

function checkUndoEvents(name: string, run: KnownRun, leftWith: string | undefined, { fault }: Findings) {
  const of = (type: string) => heardOf(run).filter((event) => event.type === type);
  const [begun, ended] = [of('compensation_started').length, of('compensation_completed').length];
  if (begun !== ended && !run.logLoss) fault('undosMissing', `${name} began ${begun} undos and ended ${ended}`);
  for (const { payload } of of('compensation_completed'))
    if (payload.success !== true && leftWith === undefined)
      fault('undosMissing', `${name} could not undo: ${JSON.stringify(payload.error)}`);
}

/** What the world outside saw, held against how each run ended. */
export function checkEffects({ runs, records }: World, findings: Findings): void {
  const byRun = Map.groupBy(records.bank, ({ run }) => run);
  for (const run of runs) {
    const lines = byRun.get(run.planned.run) ?? [];
    const status = statusOf(endsOf(run)[0]);
    const name = `${run.planned.user} ${run.planned.run} (${run.planned.kind})`;
    if (status === undefined) continue;
    const { pays, reserves } = expectationOf(run.planned);
    const charges = made(lines, 'charge');
    const completed = status === 'completed';
    if (completed && !pays && charges.length > 0)
      findings.fault('runEnds', `${name} was rejected, and paid ${charges.length} times`);
    const refunds = made(lines, 'refund');
    const leftWith = unknowable(run);
    const paid = { name, what: 'paid', done: charges, undone: refunds, leftWith };
    checkPair({ ...paid, stands: completed && pays }, findings);
    const reserved = { done: made(lines, 'reserve'), undone: made(lines, 'release'), leftWith };
    checkPair({ name, what: 'reserved', ...reserved, stands: completed && reserves }, findings);
    checkPutBack(name, run, status, made(lines, 'put_back'), findings);
    checkUndoEvents(name, run, leftWith, findings);
    const receipt = (run.executions.at(-1)?.outcome as { result?: { receipt?: string } } | null)?.result?.receipt;
    if (completed && receipt && !charges.some((charge) => charge.receipt === receipt))
      findings.fault('runEnds', `${name} says it paid ${receipt}, and the bank does not know it`);
  }
  findings.figure('payments', made(records.bank, 'charge').length);
  findings.figure('payments refused as too late', records.bank.filter(({ refused }) => refused).length);
}
