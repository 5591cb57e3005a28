import { isGrpcServiceError, type WorkflowClient } from '@temporalio/client';
import type { EventLog } from '../notifier/event-log.ts';
import type { TemporalBindings } from '../notifier/temporal-binding.ts';
import { bindingOf, claimTemporal } from '../reconciler/claim-temporal.ts';
import { foreignTemporal, identify, type Temporal } from '../reconciler/temporal-identity.ts';
import { temporalServerOf } from './temporal-server.ts';

/** How long an answer holds for `refuseForeign`, in milliseconds: a gateway acts for many users at once. */
const HOLDS_MS = 1_000;

/** Codes of a server that is away or hangs: DEADLINE_EXCEEDED, UNAVAILABLE. */
const AWAY = [4, 14];

/** The Temporal that a client reaches, as its log compares it with its own. */
export function temporalOf(client: WorkflowClient): Temporal {
  return { connection: client.connection, ...temporalServerOf(client) };
}

/** Keeps the clients of one process to the Temporal that their log belongs to. */
export function createOwnTemporal({
  binding,
  log,
  patienceMs,
}: {
  binding: TemporalBindings;
  log: Pick<EventLog, 'openRuns'>;
  /** How long the server may take to say who it is, in milliseconds. @default 5000 */
  patienceMs?: number;
}) {
  let checked: { connection: unknown; at: number } | undefined;
  let isBound = false;

  async function vouch(client: WorkflowClient): Promise<void> {
    const { connection } = client;
    const temporal = temporalOf(client);
    const identified = await identify(temporal, binding, { patienceMs }).catch((error: unknown) => {
      if (isGrpcServiceError(error) && AWAY.includes(error.code)) throw error;
      return undefined;
    });
    if (identified?.standing === 'foreign') throw foreignTemporal(temporal, identified, binding);
    if (!identified) return;
    isBound = identified.record !== undefined;
    checked = { connection, at: performance.now() };
  }

  return {
    /**
     * Compares on connecting; `bind`: whether a log of no Temporal yet becomes one of this.
     *
     * @throws BatonError `InvalidInput` with code `foreign_temporal`
     */
    async claim(client: WorkflowClient, { bind, warn }: { bind: boolean; warn: (message: string) => void }) {
      await claimTemporal({ temporal: temporalOf(client), binding, log, bind, warn });
    },

    /**
     * Compares now, as the server at an address may be replaced while its clients stay connected. To be asked after a
     * call: who answered before it need not be who took it. A server that refuses to say who it is passes.
     *
     * @throws BatonError `InvalidInput` with code `foreign_temporal`; what Temporal fails with when it does not answer
     */
    vouch,

    /**
     * The same before a call, which spares a stranger most of what is not meant for it: an answer of the last second
     * counts.
     *
     * @throws as `vouch`
     */
    async refuseForeign(client: WorkflowClient): Promise<void> {
      if (checked?.connection === client.connection && performance.now() - checked.at < HOLDS_MS) return;
      await vouch(client);
    },

    /** Binds a log that belongs to no Temporal yet: this one has just started a run of it. */
    async bind(client: WorkflowClient): Promise<void> {
      if (isBound) return;
      const temporal = temporalOf(client);
      const { standing, found } = await identify(temporal, binding);
      if (standing === 'unbound' && found) await binding.bind(bindingOf(temporal, found));
    },
  };
}

export type OwnTemporal = ReturnType<typeof createOwnTemporal>;
