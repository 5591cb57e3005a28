import fc from 'fast-check';

type Operation = { path: string; method: string };

/** One request as bytes, and whether it is whole. */
export type FuzzedRequest = { bytes: Buffer; cut: boolean; method: string };

export type FuzzWorld = {
  operations: readonly Operation[];
  /** Tokens, good and bad. */
  tokens: readonly string[];
  /** Ids that exist, of this user and of others. */
  ids: readonly string[];
};

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'QUERY',
  'BREW',
  'get',
];

/** Paths that the document does not have. */
const PATHS = [
  '/',
  '//',
  '/index.html',
  '/assets',
  '/docs',
  '/docs/json',
  '/docs/static/swagger-ui.css',
  '/openapi.json',
  '/healthz',
  '/readyz',
  '/metrics',
  '/v1',
  '/v1/feed',
  '/v1/runs/',
  '/v1/events/stream',
  '*',
  'http://localhost/v1/runs',
  'http://[',
  '',
];
const SEGMENTS = ['%', '%00', '%ff', '%2e%2e', '..', '%2F', '%5C', '%F0%9F%9A%80', 'a'.repeat(600), '-', '\u00e9'];
const QUERIES = ['after', 'limit', 'run_id', 'epoch', 'cursor', 'status', 'thread_id', 'format', 'x', '__proto__'];
const VALUES = [
  '',
  '0',
  '-1',
  '1',
  '1e99',
  '99999999999999999999',
  'NaN',
  'json',
  'html',
  'xlsx',
  'running',
  '%00',
  '%',
  '%27%22',
  'e1',
];
const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'application/json;',
  'APPLICATION/JSON',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=b',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'application/octet-stream',
  ';;;',
  '*/*',
];
const HEADERS: [name: string, values: string[]][] = [
  ['range', ['bytes=99999999-', 'bytes=0-0', 'bytes=-1', 'x', 'bytes=0-1,2-3']],
  ['if-match', ['"x"', '*', '']],
  ['if-none-match', ['"x"', '*']],
  ['if-modified-since', ['yesterday', 'Thu, 01 Jan 1970 00:00:00 GMT']],
  ['last-event-id', ['0', '-1', 'e1:1', 'x:y:z', '\u00ff']],
  ['origin', ['http://evil.example', 'null', 'http://localhost', '']],
  ['host', ['evil.example', 'localhost:1', '[::1]', '', 'a/b']],
  ['content-encoding', ['gzip', 'identity', 'br', '']],
  ['expect', ['100-continue', 'x']],
  ['upgrade', ['websocket', 'h2c', '']],
  ['transfer-encoding', ['chunked', 'gzip, chunked', 'x']],
  ['accept', ['text/html', '', '*/*;q=x']],
  ['accept-encoding', ['gzip', 'br;q=9', '']],
  ['accept-version', ['1.x', '']],
  ['x-file-name', ['../../x', 'a'.repeat(300), '\u00e9']],
  ['x-request-id', ['a'.repeat(2_000)]],
  ['x-forwarded-for', ['1.2.3.4', 'x']],
  ['sec-websocket-protocol', ['baton.v1', 'bearer.x', ',,,']],
  ['cookie', ['a=b', ';;;']],
  ['content-length', ['0', '1', '-1', '999999999999', 'x']],
];
const KEYS = [
  'workflow',
  'input',
  'run_id',
  'request_id',
  'thread_id',
  'metadata',
  'set',
  'decision',
  'comment',
  'data',
  'from_step',
];

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const part = (name: string, text: string) =>
  `--b\r\ncontent-disposition: form-data; name="f"; filename="${name}"\r\n\r\n${text}\r\n`;

/** An object with the keys that bodies have, whatever their values are. */
const looksRight = fc
  .dictionary(
    fc.constantFrom(...KEYS),
    fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom('costOptimization', 'runPlan', 'runAgent', 'approve', '..', 'a\\b'),
    ),
  )
  .map((body) => JSON.stringify(body));
const bodies = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  { weight: 6, arbitrary: looksRight },
  { weight: 2, arbitrary: fc.json() },
  { weight: 2, arbitrary: fc.string({ maxLength: 200 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 50 }).map((text) => `${part('usage.csv', text)}--b--\r\n`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(part('x', 'abc'), '--b--', deep(5_000), '{"__proto__":{}}', '{"a":1', '\u0000'),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 1_100_000 }).map((length) => `"${'x'.repeat(length)}"`) },
);

const pathOf = ({ path }: Operation, ids: readonly string[]) => {
  const id = fc.oneof(fc.constantFrom(...ids), fc.constantFrom(...SEGMENTS), fc.webSegment());
  const count = path.split('{').length - 1;
  return fc.array(id, { minLength: count, maxLength: count }).map((given) => {
    let n = 0;
    return path.replaceAll(/\{\w+\}/g, () => given[n++] ?? '-');
  });
};

/** Requests as a stranger, a broken client or an attacker would send them, most of them close to right ones. */
export function randomRequests({ operations, tokens, ids }: FuzzWorld): fc.Arbitrary<FuzzedRequest> {
  const known = fc
    .constantFrom(...operations)
    .chain((one) => fc.record({ path: pathOf(one, ids), method: fc.constant(one.method) }));
  const strange = fc.record({
    path: fc.oneof(
      fc.constantFrom(...PATHS),
      fc.webPath(),
      fc.string({ maxLength: 40 }).map((text) => `/${text}`),
    ),
    method: fc.constantFrom(...METHODS),
  });
  const line = fc.oneof(
    { weight: 6, arbitrary: known },
    { weight: 2, arbitrary: strange },
    {
      weight: 1,
      arbitrary: fc.tuple(known, fc.constantFrom(...METHODS)).map(([{ path }, method]) => ({ path, method })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(known, fc.constantFrom('/', '/.', '//'))
        .map(([{ path, method }, before]) => ({ path: before + path, method })),
    },
  );
  const query = fc.array(
    fc.tuple(
      fc.constantFrom(...QUERIES),
      fc.oneof(fc.constantFrom(...VALUES), fc.constantFrom(...ids), fc.webQueryParameters()),
    ),
    { maxLength: 3 },
  );
  const headers = fc.array(
    fc
      .constantFrom(...HEADERS)
      .chain(([name, values]) => fc.constantFrom(...values).map((value) => `${name}: ${value}`)),
    { maxLength: 2 },
  );
  return fc
    .record({
      line,
      query,
      headers,
      token: fc.oneof(
        { weight: 5, arbitrary: fc.constant(tokens[0]) },
        fc.constantFrom(...tokens),
        fc.constant(undefined),
      ),
      type: fc.option(fc.constantFrom(...TYPES)),
      body: bodies,
      cutAt: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 12 }),
    })
    .map(({ line: { path, method }, query: asked, headers: more, token, type, body, cutAt }) => {
      const search = asked.length > 0 ? `?${asked.map(([name, value]) => `${name}=${value}`).join('&')}` : '';
      const content = Buffer.from(body);
      const lengthGiven = more.some((one) => /^(content-length|transfer-encoding):/.test(one));
      const head = [
        `${method} ${(path + search).replaceAll(/[\s\u0000]/g, '+')} HTTP/1.1`,
        ...(more.some((one) => one.startsWith('host:')) ? [] : ['host: localhost']),
        'connection: close',
        ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
        ...(type === null ? [] : [`content-type: ${type}`]),
        ...(lengthGiven || content.length === 0 ? [] : [`content-length: ${content.length}`]),
        ...more,
      ];
      const whole = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), content]);
      const isCut = cutAt !== null || lengthGiven;
      return { bytes: cutAt === null ? whole : whole.subarray(0, Math.ceil(whole.length * cutAt)), cut: isCut, method };
    });
}
