import { defineAgent, defineApp, secret } from 'baton-agents';
import { z } from 'zod';

export const signer = defineAgent({
  name: 'signer',
  input: z.object({ document: z.string(), pin: secret(z.string()) }),
  output: z.object({ note: z.string() }),
  run({ document, pin }, ctx) {
    ctx.think(`Signing ${document} with ${pin}`);
    if (pin.startsWith('old')) throw new Error(`the pin ${pin} is refused`);
    return { note: document.startsWith('order') ? 'signed' : `signed ${document}` };
  },
});

export default defineApp({ agents: [signer], redact: ['customerNumber', /CUST-\d{6}/] });
