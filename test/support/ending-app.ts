import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { definePlan } from '../../src/plans/define-plan.ts';

const given = z.looseObject({});
const common = { input: given, output: given, run: (value: z.output<typeof given>) => value };
const echo = defineAgent({ name: 'echo', ...common });
const echoLocal = defineAgent({ name: 'echo_local', local: true, timeoutMs: 1_000, ...common });

const sideBySide = definePlan({ name: 'side-by-side', input: given, strategy: 'parallel' }, (p) => {
  for (let n = 1; n <= 8; n += 1) p.step(`echo${n}`, n % 4 ? echo : echoLocal, {});
});

/** An app whose workflows end in every way, see `ending-workflows.ts`. */
export default defineApp({
  agents: [echo, echoLocal],
  plans: [sideBySide],
  workflows: new URL('./ending-workflows.ts', import.meta.url),
});
