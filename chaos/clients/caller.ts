import { setTimeout as wait } from 'node:timers/promises';
import type { ClientLine } from '../records/lines.ts';

/** How long one request may take before its user gives it up, in milliseconds. */
const CALL_LIMIT_MS = 20_000;
/** From one try to the next, in milliseconds. */
const RETRY_MS = 400;

type Options = { user: string; url: string; token: string; record: (line: ClientLine) => void };
type Call = { method: 'GET' | 'POST'; path: string; run?: string; body?: object };
export type Answer = { status: number; body: Record<string, unknown> | null };

/** A user's program that calls the gateway. Each answer is on record; a call without one is not. */
export function createCaller({ user, url, token, record }: Options) {
  async function call({ method, path, run, body }: Call): Promise<Answer | undefined> {
    const began = Date.now();
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        body: body && JSON.stringify(body),
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        signal: AbortSignal.timeout(CALL_LIMIT_MS),
      });
      const text = await response.text();
      const answer: Answer = { status: response.status, body: text ? (JSON.parse(text) as Answer['body']) : null };
      record({ at: Date.now(), client: 'http', user, what: 'answer', began, method, path, run, ...answer });
      return answer;
    } catch {
      return undefined;
    }
  }

  return {
    call,
    /** Tries again while there is no answer, or one that says to come back. Gives the last one. */
    async patiently(asked: Call, signal: AbortSignal, isFinal = (status: number) => status < 500 && status !== 429) {
      for (;;) {
        const answer = await call(asked);
        if (answer && isFinal(answer.status)) return answer;
        if (signal.aborted) return answer;
        await wait(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

export type Caller = ReturnType<typeof createCaller>;
