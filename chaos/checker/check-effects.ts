import { expectationOf } from '../load/expectation.ts';
import type { BankLine } from '../records/lines.ts';
import type { Documented, Findings } from './findings.ts';
import { beganAt, endsOf, heardOf, statusOf, type KnownRun, type LoggedEvent, type World } from './world.ts';

/** What was done, each once for its key; a charge counts whenever it was made. */
const made = (lines: BankLine[], kind: BankLine['kind']) =>
  lines.filter((line) => line.kind === kind && line.receipt !== null && !line.repeated);

/** What a run said that it could not undo, and why that is true and by design. */
type Excuse = { as: Documented; agent: string; of: unknown; at: number; why: string };

type Pair = { name: string; what: 'paid' | 'reserved'; done: BankLine[]; undone: BankLine[] } & {
  /** Whether the run's end says that it was done and not undone. */
  stands: boolean;
  /** Why what was done may stand though the run's end says otherwise: the run has said that a person must look. */
  leftWith: Excuse | undefined;
};

/** Gives the excuse for what stands, if it was needed. */
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
  if (stands || left.length === 0) return undefined;
  const words = `${name} ${what} ${left.map((l) => l.receipt).join()}, not undone`;
  if (leftWith) allowed(leftWith.as, `${words}: ${leftWith.why}`);
  else fault('undosMissing', words);
  return leftWith;
}

const WORKERS = { paid: ['buyer', 'blind_buyer'], reserved: ['reserver'] };
const LOST_ROWS = 'the effect ledger has lost rows since';
const BLIND = 'nobody knows whether the call happened';
const NOT_KNOWN = 'it is not known whether this was undone';

/** Whether somebody closed the run while it was undoing this itself: whoever closed it cannot tell how far that had come. */
function wasCutOff(run: KnownRun, { exec, seq, payload: { agent, of } }: LoggedEvent): boolean {
  const { status, closed_at } = run.executions.at(-1) ?? {};
  if (exec !== 'reconciler' || run.planned.terminateAfter === null || status !== 'terminated') return false;
  // One that another log had later is of whoever undid it from outside.
  return heardOf(run).some(
    (event) =>
      event.type === 'compensation_started' &&
      event.seq < seq &&
      event.payload.agent === agent &&
      event.payload.of === of &&
      Date.parse(event.at) <= (closed_at ?? 0),
  );
}

/**
 * Why a run may say that it could not undo something: its tool cannot tell what it did, the Temporal in which the undo
 * was under way is gone, somebody closed the run in the midst of it, or the ledger cannot vouch for what it has, by a fault
 * that the run lived through.
 */
function excuseOf(run: KnownRun, event: LoggedEvent, { losses }: World): Excuse | undefined {
  const { agent, of, error } = event.payload as {
    agent: string;
    of: unknown;
    error: { type: string; message: string };
  };
  const { type, message } = error;
  const at = Date.parse(event.at);
  const excuse = (as: Documented, why: string): Excuse => ({ as, agent, of, at, why });
  // Whatever became of its ledger, nobody could know of this tool whether it was called.
  if (type === 'EffectUnknown' && run.planned.kind === 'buyBlind' && message.includes(BLIND))
    return excuse('ended', message);
  if (type === 'EffectUnknown' && message.includes(LOST_ROWS)) {
    const doubted = losses.ledgerDoubtedBetween(beganAt(run), at);
    return doubted && excuse('unknown', `${message} (${doubted.fault})`);
  }
  if (!message.startsWith(NOT_KNOWN)) return undefined;
  return run.temporalLoss || wasCutOff(run, event) ? excuse('ended', message) : undefined;
}

/**
 * The excuse for an effect that stands though its run failed. That the ledger cannot vouch for what it has excuses only
 * what the fault can really have taken: a call with effect `once` is recorded where no failover loses it.
 */
function excuseFor(
  what: 'paid' | 'reserved',
  { run, excuses, losses }: { run: KnownRun; excuses: Excuse[]; losses: World['losses'] },
) {
  const lost = ({ at }: Excuse) => losses.callLostBetween(beganAt(run), at, { confirmed: what === 'paid' });
  return excuses.find(
    (each) => WORKERS[what].includes(each.agent) && (each.as !== 'unknown' || lost(each) !== undefined),
  );
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

function checkUndoEvents(name: string, run: KnownRun, world: World, { fault }: Findings): Excuse[] {
  const of = (type: string) => heardOf(run).filter((event) => event.type === type);
  const [begun, ended] = [of('compensation_started'), of('compensation_completed')];
  if (begun.length !== ended.length && !run.logLoss)
    fault('undosMissing', `${name} began ${begun.length} undos and ended ${ended.length}`);
  return ended
    .filter(({ payload }) => payload.success !== true)
    .flatMap((event) => {
      const excuse = excuseOf(run, event, world);
      if (!excuse) fault('undosMissing', `${name} could not undo: ${JSON.stringify(event.payload.error)}`);
      return excuse ?? [];
    });
}

/** What the world outside saw, held against how each run ended. */
export function checkEffects(world: World, findings: Findings): void {
  const { runs, records, losses } = world;
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
    const excuses = checkUndoEvents(name, run, world, findings);
    const because = { run, excuses, losses };
    const paid = { name, what: 'paid', done: charges, undone: refunds, leftWith: excuseFor('paid', because) } as const;
    const ofPaid = checkPair({ ...paid, stands: completed && pays }, findings);
    const [reserved, released] = [made(lines, 'reserve'), made(lines, 'release')];
    const held = { name, what: 'reserved', done: reserved, undone: released } as const;
    const leftWith = excuseFor('reserved', because);
    const ofHeld = checkPair({ ...held, stands: completed && reserves, leftWith }, findings);
    checkPutBack(name, run, status, made(lines, 'put_back'), findings);
    for (const { as, agent, of, why } of excuses.filter((each) => each !== ofPaid && each !== ofHeld))
      findings.allowed(as, `${name} cannot tell whether all that ${String(of ?? agent)} did was undone: ${why}`);
    const receipt = (run.executions.at(-1)?.outcome as { result?: { receipt?: string } } | null)?.result?.receipt;
    if (completed && receipt && !charges.some((charge) => charge.receipt === receipt))
      findings.fault('runEnds', `${name} says it paid ${receipt}, and the bank does not know it`);
  }
  findings.figure('payments', made(records.bank, 'charge').length);
  findings.figure('payments refused as too late', records.bank.filter(({ refused }) => refused).length);
}
