import type { FaultLine } from '../records/lines.ts';

/** Faults before which the log was written down, since some of it goes: the n-th of them is the end of the n-th log. */
const OF_LOG = ['redis:crash', 'redis:behind', 'redis:empty', 'log:truncate', 'log:corrupt', 'log:replace', 'log:swap'];
/**
 * A master that is away for about as long as its sentinels wait comes back and takes writes while they make the other one
 * the master: Redis loses these.
 */
const OF_SENTINELS = ['kill:redis', 'term:redis', 'stop:redis', 'kill:all', 'redis:failover'];
const OF_TEMPORAL = ['temporal:empty'];
/**
 * After these another server may have been the master meanwhile, so that the ledger must not vouch for what began before,
 * though nothing that was acknowledged is lost by them: a master that has had a replica comes back, or hands over in order.
 */
const OF_MASTERS = ['kill:redis', 'term:redis', 'kill:all', 'redis:failover'];
/** What takes the record of a call with effect `once` too, which a replica had confirmed before the call was made. */
const OF_CONFIRMED = ['redis:empty', 'log:truncate', 'log:corrupt', 'log:replace', 'log:swap'];
/** Faults at which a role may end by itself, with a word; a supervisor starts it again. */
const ENDS_ROLES = [...OF_LOG, 'kill:temporal', 'temporal:empty', 'temporal:foreign'];
/** For so long after a fault an end may be its work, in milliseconds. */
const AFTERMATH_MS = 20_000;

/** A fault from its beginning to its end, in milliseconds since 1970. */
export type Window = { fault: string; from: number; to: number };

function windowsOf(lines: readonly FaultLine[], names: readonly string[]): Window[] {
  return lines
    .filter(({ phase, fault }) => phase === 'begins' && names.includes(fault))
    .map(({ n, fault, at }) => {
      const end = lines.find((line) => line.phase === 'ends' && line.n === n);
      return { fault, from: at, to: end?.at ?? Number.MAX_SAFE_INTEGER };
    });
}

/** What of a campaign may be lost, by the faults that it had. */
export function lossesOf(lines: readonly FaultLine[], { store }: { store: string }) {
  const [ofLog, ofTemporal, ends] = [OF_LOG, OF_TEMPORAL, ENDS_ROLES].map((names) => windowsOf(lines, names)) as [
    Window[],
    Window[],
    Window[],
  ];
  const ofSentinels = store === 'sentinel' ? windowsOf(lines, OF_SENTINELS) : [];
  const loses = [...ofLog, ...ofSentinels];
  const ofMasters = store === 'sqlite' ? [] : windowsOf(lines, OF_MASTERS);
  const ofConfirmed = loses.filter(({ fault }) => OF_CONFIRMED.includes(fault));
  const within = (all: Window[], from: number, to: number) => all.find((each) => each.from <= to && each.to >= from);
  return {
    /** Those before which the log was written down. */
    ofLog,
    ofTemporal,
    /** Whether anything that was there at a time may have been lost since. */
    mayBeLostAfter: (at: number) => loses.find(({ to }) => to > at),
    /** The loss of the log that something which lasted from one time to another lived through. */
    logLostBetween: (from: number, to: number) => within(loses, from, to),
    /** The latest such loss. */
    lastLogLossBetween: (from: number, to: number) =>
      loses.filter((each) => each.from <= to && each.to >= from).toSorted((a, b) => b.to - a.to)[0],
    /** The fault for which the ledger may say that it cannot vouch for an agent which worked from one time to another. */
    ledgerDoubtedBetween: (from: number, to: number) => within([...loses, ...ofMasters], from, to),
    /** The fault that may have taken the record of a call made in between; `confirmed`: by a replica, before it was made. */
    callLostBetween: (from: number, to: number, { confirmed }: { confirmed: boolean }) =>
      within(confirmed ? ofConfirmed : loses, from, to),
    temporalLostBetween: (from: number, to: number) => within(ofTemporal, from, to),
    /** The latest fault at whose word a role may have ended then. */
    mayEndRole: (at: number) => ends.findLast(({ from, to }) => from <= at && at <= to + AFTERMATH_MS),
  };
}

export type Losses = ReturnType<typeof lossesOf>;
