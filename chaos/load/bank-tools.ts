import { defineTool } from 'baton-agents';
import { z } from 'zod';

/** How long one call may take, in milliseconds. The bank refuses what arrives later, as a request with a deadline is. */
const CALL_MS = 3_000;

const receipt = z.object({ receipt: z.string() });
const order = z.object({ owner: z.string(), run: z.string(), item: z.string() });
type Order = z.infer<typeof order>;
type Call = { signal: AbortSignal; idempotencyKey: string };

async function ask(path: string, { signal, idempotencyKey }: Call, body?: object): Promise<unknown> {
  const response = await fetch(`${process.env.CHAOS_BANK}${path}`, {
    method: body ? 'POST' : 'GET',
    body: body && JSON.stringify({ ...body, key: idempotencyKey, by: Date.now() + CALL_MS, pid: process.pid }),
    signal,
  });
  if (!response.ok) throw new Error(`the bank answers ${response.status}`);
  return response.json();
}

/** What the bank knows of a call. */
const found = async (kind: 'charge' | 'reserve', call: Call) => {
  const known = receipt.nullable().parse(await ask(`/${kind}/${encodeURIComponent(call.idempotencyKey)}`, call));
  return known ? { done: known } : ('not_done' as const);
};

const payment = {
  effect: 'once',
  timeoutMs: CALL_MS,
  input: order,
  output: receipt,
  run: async (input: Order, call: Call) => receipt.parse(await ask('/charge', call, input)),
  compensate: (input: Order, given: z.infer<typeof receipt>, call: Call) =>
    ask('/refund', call, { ...input, ...given }),
} as const;

/** Pays, and can find out later whether it did. */
export const charge = defineTool({ ...payment, name: 'charge', reconcile: (_input, call) => found('charge', call) });

/** Pays, and cannot tell what became of a call: its user is asked. */
export const chargeBlind = defineTool({ ...payment, name: 'charge_blind' });

/** May be repeated: the bank knows the key. */
export const reserve = defineTool({
  name: 'reserve',
  effect: 'idempotent',
  timeoutMs: CALL_MS,
  input: order,
  output: receipt,
  run: async (input, call) => receipt.parse(await ask('/reserve', call, input)),
  reconcile: (_input, call) => found('reserve', call),
  compensate: (input, given, call) => ask('/release', call, { ...input, ...given }),
});

export const lookUp = defineTool({
  name: 'look_up',
  effect: 'none',
  input: z.object({ item: z.string() }),
  output: z.object({ item: z.string() }),
  run: ({ item }) => ({ item }),
});

/** Puts something back by an agent of its own, as sagas and plans undo. */
export const putBack = defineTool({
  name: 'put_back',
  effect: 'idempotent',
  timeoutMs: CALL_MS,
  input: order,
  output: receipt,
  run: async (input, call) => receipt.parse(await ask('/put-back', call, input)),
});
