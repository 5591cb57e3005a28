import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BankLine } from '../records/lines.ts';

type Asked = { owner: string; run: string; item: string; key: string; by: number; pid: number; receipt?: string };

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text || 'null');
}

/** Time that passes on either side of an effect, in milliseconds, so that its caller can die on both. */
const PAUSE_MS = 150;
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

const KINDS = { '/charge': 'charge', '/refund': 'refund', '/reserve': 'reserve', '/release': 'release' } as const;
const kindOf = (url: string) => KINDS[url as keyof typeof KINDS] ?? (url === '/put-back' ? 'put_back' : undefined);

/**
 * The world outside: counts effects. A charge is made whenever it is asked for in time, whatever its key, so that a
 * repeated call shows; reserving, releasing, refunding and putting back are done once for each key. No fault touches it.
 */
export async function startBank({ record }: { record: (line: BankLine) => void }) {
  const done = new Map<string, string>();
  const charged = new Map<string, string>();
  const falls = new Map<string, Set<string>>();
  let count = 0;

  async function effect(kind: BankLine['kind'], asked: Asked) {
    const { owner, run, item, key, pid } = asked;
    await pause();
    const common = { at: Date.now(), kind, owner, run, item, key, pid };
    // A caller that was frozen for longer than its call may take must not act after it: a bank checks that too.
    if (kind === 'charge' && Date.now() > asked.by) {
      record({ ...common, receipt: null, refused: 'too late' });
      return undefined;
    }
    const known = kind === 'charge' ? undefined : done.get(`${kind} ${key}`);
    count += 1;
    const receipt = known ?? asked.receipt ?? `${kind}-${count}`;
    if (kind === 'charge') charged.set(run, receipt);
    done.set(`${kind} ${key}`, receipt);
    record({ ...common, receipt, ...(known && { repeated: true }) });
    await pause();
    return { receipt };
  }

  /** Whether this attempt falls: the first `most` that ask do. */
  function stumble({ run, key, most }: { run: string; key: string; most: number }) {
    const fallen = falls.get(run) ?? new Set<string>();
    falls.set(run, fallen);
    const isFall = fallen.has(key) || fallen.size < most;
    if (isFall) fallen.add(key);
    return { falls: isFall };
  }

  async function answer(request: IncomingMessage): Promise<unknown> {
    const { url = '' } = request;
    if (request.method === 'GET') {
      const [, of = '', key = ''] = url.split('/').map(decodeURIComponent);
      const receipt = done.get(`${of} ${key}`);
      return receipt === undefined ? null : { receipt };
    }
    const body = await bodyOf(request);
    const kind = kindOf(url);
    return kind ? effect(kind, body as Asked) : stumble(body as Parameters<typeof stumble>[0]);
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (body) => (body === undefined ? response.writeHead(408).end() : response.end(JSON.stringify(body))),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** What a person sees who looks at the account: the receipt of the charge for a run, if there is one. */
    receiptFor: (run: string) => charged.get(run),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
