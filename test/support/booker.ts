import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineTool } from '../../src/tools/define-tool.ts';

/**
 * An agent that books something which can be undone, and then waits until it is let go or stopped; what is slow is undone
 * only once `undo …` is let go, too. `did` lists what was booked and undone.
 */
export function createBooker() {
  const did: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();

  function gate(what: string): PromiseWithResolvers<void> {
    const known = gates.get(what) ?? Promise.withResolvers<void>();
    gates.set(what, known);
    return known;
  }

  const book = defineTool({
    name: 'book',
    effect: 'once',
    input: z.object({ what: z.string() }),
    output: z.object({ booking: z.string() }),
    run: ({ what }) => {
      did.push(`book ${what}`);
      return { booking: what };
    },
    async compensate(_input, { booking }) {
      did.push(`undo ${booking}`);
      if (booking.startsWith('slow')) await gate(`undo ${booking}`).promise;
    },
  });
  const booker = defineAgent({
    name: 'booker',
    input: z.object({
      what: z.string(),
      /** Makes the input so large that it is kept outside the history. */
      padding: z.string().optional(),
    }),
    output: z.object({ booking: z.string() }),
    tools: { book },
    async run({ what }, { tools, think, signal }) {
      const booked = await tools.book({ what });
      think('booked');
      const stopped = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      await Promise.race([gate(what).promise, stopped]);
      return booked;
    },
  });
  return { booker, did, letGo: (what: string) => gate(what).resolve() };
}
