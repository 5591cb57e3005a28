import type { AgentContext } from '../agents/define-agent.ts';
import { BatonError } from '../contracts/baton-error.ts';
import type { FromChild, ToChild } from './messages.ts';
import { packFailure } from './sent-failure.ts';

type Options = {
  run: number;
  ctx: AgentContext;
  /** Names of the functions of `ctx` that may be called. */
  methods: readonly string[];
  send: (message: ToChild) => void;
};
type Call = Extract<FromChild, { kind: 'call' }>;
type Functions = Record<string, ((...args: unknown[]) => unknown) | undefined>;

/** Answers an isolated agent's calls of tools and of `ctx` on the worker's side. */
export function createCallAnswerer({ run, ctx, methods, send }: Options) {
  const handedOut: unknown[] = [];
  let last = 0;

  function sendResult({ call, name }: Call, result: unknown) {
    try {
      send({ kind: 'answer', run, call, result });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `the result of ${name} cannot be sent to the agent's process: ${reason}; use plain data`;
      throw new BatonError('InvalidOutput', message, { cause });
    }
  }

  async function answer(message: Call): Promise<void> {
    const { call, of, name, args } = message;
    try {
      const target = (of === 'tools' ? ctx.tools : ctx) as unknown as Functions;
      sendResult(message, await target[name]?.(...args));
    } catch (thrown) {
      // The very object comes back if the agent lets it pass: what it means to the engine is not in its message.
      const ref = handedOut.push(thrown) - 1;
      send({ kind: 'answer', run, call, failure: packFailure(thrown, ref) });
    }
  }

  return {
    /**
     * Sends the answer when it is there.
     *
     * @throws TypeError for a call that `ctx` in the child cannot have made
     */
    answer(message: Call): void {
      const { call, of, name } = message;
      if (call <= last) throw new TypeError(`call ${call} after call ${last}`);
      if (of === 'ctx' && !methods.includes(name)) throw new TypeError(`a call of ctx.${name}, which is no function`);
      last = call;
      void answer(message);
    },
    /** The error that was sent under this number. */
    handedOut: (ref: number | undefined): unknown => (ref === undefined ? undefined : handedOut[ref]),
  };
}
