import { z } from 'zod';
import { defineTool } from '../../src/tools/define-tool.ts';

const receiptSchema = z.object({ receipt: z.string() });

/** Tool with an effect that must not happen twice, on the bank at `url`. */
export function chargeTool({ url, reconciles = true }: ChargeOptions) {
  return defineTool({
    name: 'charge',
    effect: 'once',
    // Ten calls of a worker just started take seconds on a busy machine; a call cut off by a kill is waited for so long.
    timeoutMs: 8_000,
    input: z.object({ cents: z.int() }),
    output: receiptSchema,
    async run(input, { signal, idempotencyKey }) {
      const headers = { 'idempotency-key': idempotencyKey };
      const response = await fetch(`${url}/charge`, { method: 'POST', body: JSON.stringify(input), headers, signal });
      return receiptSchema.parse(await response.json());
    },
    ...(reconciles && {
      async reconcile(_input, { signal, idempotencyKey }) {
        const found = receiptSchema
          .nullable()
          .parse(await (await fetch(`${url}/charge/${idempotencyKey}`, { signal })).json());
        return found ? { done: found } : 'not_done';
      },
    }),
    async compensate(_input, { receipt }, { signal, idempotencyKey }) {
      const headers = { 'idempotency-key': idempotencyKey };
      await fetch(`${url}/refund`, { method: 'POST', body: JSON.stringify({ receipt }), headers, signal });
    },
  });
}

type ChargeOptions = {
  url: string;
  /** Whether it can tell what happened to a call. */
  reconciles?: boolean;
};
