import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from '@jest/globals';
import { detectFormat } from '../../src/spend/formats/detect-format.ts';
import { createPriceBook } from '../../src/spend/prices/price-book.ts';
import { faultTest } from '../support/fault-test.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ROW = '2023-11-16 18:15:46.6805900,4808,10\n';
const HEADER = 'TIMESTAMP,ContextTokens,GeneratedTokens';
const LINE = '{"timestamp":1,"input_length":5,"output_length":2,"hash_ids":[1]}';
const written = (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);

/** Each with the words that its refusal must have; without words it is read. */
const FILES: [name: string, content: string | Buffer, words?: RegExp][] = [
  ['plain.csv', `${HEADER}\n${ROW}`],
  ['quoted.csv', `"TIMESTAMP","ContextTokens","GeneratedTokens"\n"2023-11-16 18:15:46","4808","10"\n`],
  ['lower.csv', `timestamp,contexttokens,generatedtokens\n${ROW}`],
  ['spaces.csv', `TIMESTAMP, ContextTokens, GeneratedTokens\n${ROW}`],
  ['bom.csv', `\uFEFF${HEADER}\r\n${ROW}`],
  ['semicolons.csv', `${HEADER}\n${ROW}`.replaceAll(',', ';'), /separated by semicolons\. Export it with commas/],
  ['tabs.csv', `${HEADER}\n${ROW}`.replaceAll(',', '\t'), /separated by tabs\. Export it with commas/],
  ['order.csv', `ContextTokens,TIMESTAMP,GeneratedTokens\n`, /the columns of azure_llm_trace in another order/],
  ['more.csv', `${HEADER},Region\n`, /in another order or with others among them/],
  ['lacking.csv', `TIMESTAMP,ContextTokens\n`, /lacks the column generatedtokens of azure_llm_trace/],
  ['mac.csv', `${HEADER}\n${ROW}`.replaceAll('\n', '\r'), /lines end in CR alone/],
  ['utf16.csv', utf16(`${HEADER}\n${ROW}`), /is written in UTF-16.*Save it as UTF-8/],
  ['utf16be.csv', utf16(`${HEADER}\n${ROW}`).swap16(), /is written in UTF-16/],
  ['bare16.csv', utf16(`${HEADER}\n${ROW}`).subarray(2), /is written in UTF-16/],
  ['packed.csv', gzipSync(`${HEADER}\n${ROW}`), /compressed with gzip. Unpack it first/],
  ['sheet.csv', Buffer.from('PK\u0003\u0004 xl'), /a ZIP archive, as .xlsx files are/],
  ['binary.csv', Buffer.from([0x89, 0x50, 0, 0, 0, 1]), /it is not text/],
  ['list.json', `[${LINE}]\n`, /it is one JSON list/],
  ['pretty.json', JSON.stringify(JSON.parse(LINE), null, 2), /each line must be a JSON object of its own/],
  ['case.jsonl', LINE.replace('hash_ids', 'Hash_Ids'), /lack hash_ids of mooncake_trace: keys are told apart/],
  ['less.jsonl', '{"timestamp":1,"input_length":5}', /lack output_length and hash_ids of mooncake_trace/],
  ['other.csv', 'a,b,c\n1,2,3\n', /the format is not known/],
];

faultTest(
  'a CSV whose header is only written in another way is read, or refused with what is in the way',
  {
    kind: 28,
    before:
      'Of 22 files 19 were "format not known" without the reason: with a header in quotes or lower case, semicolons, tabs, in UTF-16.',
  },
  async () => {
    const seen = await Promise.all(
      FILES.map(async ([name, content, words]) => {
        const said = await detectFormat(written(name, content)).then(
          ({ format, hasRows }) => `${format.id}${hasRows ? '' : ' without rows'}`,
          (error: unknown) => (error as Error).message,
        );
        return { name, said, isRight: words ? words.test(said) : said === 'azure_llm_trace' };
      }),
    );
    expect(seen.filter(({ isRight }) => !isRight)).toEqual([]);
    return `Of ${seen.length} files 5 are read, and the others are refused with their reason.`;
  },
);

faultTest(
  'a price file may price the models of an own provider',
  { kind: 28, before: 'A model under its full name, such as acme/giant-1, had no price.' },
  async () => {
    const prices = JSON.stringify({ models: { 'acme/giant-1': { input_mtok: 3, output_mtok: 15 } } });
    const book = await createPriceBook({ overridesPath: written('prices.json', prices) });
    const at = new Date('2026-11-24');
    const asked = [{ model: 'acme/giant-1' }, { model: 'giant-1', provider: 'acme' }, { model: 'giant-1' }];
    const found = asked.map((query) => book.find({ ...query, at }));
    expect(found.map((one) => one && [one.key, one.provider, one.model])).toEqual(
      asked.map(() => ['acme/giant-1', 'acme', 'giant-1']),
    );
    return 'It is found by its full name, with its provider and by itself.';
  },
);

test('a price file may begin with a byte order mark', async () => {
  const path = written(
    'marked.json',
    `\uFEFF${JSON.stringify({ models: { 'acme/a': { input_mtok: 3, output_mtok: 15 } } })}`,
  );
  expect((await createPriceBook({ overridesPath: path })).find({ model: 'acme/a', at: new Date() })?.key).toBe(
    'acme/a',
  );
});

test('a model of another provider keeps its price', async () => {
  const book = await createPriceBook();
  expect(book.find({ model: 'openai/gpt-4o', at: new Date('2026-11-24') })?.key).toBe('openai/gpt-4o');
});
