import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Charge = { key: string; cents: number; receipt: string };

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text || 'null');
}

/**
 * A real HTTP server with an effect that must not happen twice: `POST /charge` charges each time it is called, whatever
 * the idempotency key, `GET /charge/KEY` tells what was charged under a key, `POST /refund` undoes. `delayMs` lies
 * before and after the effect, so that a caller can die at either side of it.
 */
export async function startCountingBank({ delayMs = 0 } = {}) {
  const charges: Charge[] = [];
  const refunds: { key: string; receipt: string }[] = [];
  const waiting = new Set<() => void>();
  const pause = () => new Promise((resolve) => setTimeout(resolve, delayMs));

  const server = createServer((request, response) => {
    async function answer() {
      const key = String(request.headers['idempotency-key'] ?? '');
      if (request.method === 'POST' && request.url === '/charge') {
        const { cents } = (await bodyOf(request)) as { cents: number };
        await pause();
        const charge = { key, cents, receipt: `receipt-${charges.length + 1}` };
        charges.push(charge);
        for (const check of waiting) check();
        await pause();
        return charge;
      }
      if (request.method === 'POST' && request.url === '/refund') {
        const { receipt } = (await bodyOf(request)) as { receipt: string };
        refunds.push({ key, receipt });
        return { refunded: receipt };
      }
      const asked = decodeURIComponent(request.url?.split('/')[2] ?? '');
      return charges.find((charge) => charge.key === asked) ?? null;
    }
    answer().then(
      (body) => response.end(JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  /** Resolves once so many charges were made, by whomever. */
  function untilCharges(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    function check() {
      if (charges.length < count) return;
      waiting.delete(check);
      resolve();
    }
    waiting.add(check);
    check();
    return promise;
  }

  async function stop() {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  return { url: `http://127.0.0.1:${port}`, charges, refunds, untilCharges, stop };
}
