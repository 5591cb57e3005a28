import { basename } from 'node:path';
import { checkNumber } from './check-number.ts';
import { plainCells, type Format } from './format.ts';
import { scanLines } from './scan-lines.ts';

const HEADER = 'TIMESTAMP,ContextTokens,GeneratedTokens';

const isHeader = (line: string | undefined) => line !== undefined && plainCells(line).join() === HEADER.toLowerCase();

/** SQL of a cell without the quotes and spaces around it; none of its values holds a comma. */
const cell = (n: number) => `trim(cells[${n}], ' "')`;

/** Azure LLM inference trace (AzurePublicDataset): one request a row, with time, input and output tokens, nothing else. */
export const azureLlmTrace: Format = {
  id: 'azure_llm_trace',
  describe: `Azure LLM inference trace, CSV with header ${HEADER}`,
  grade: 'R',
  clock: 'absolute',
  header: HEADER,
  detect: ({ lines }) => isHeader(lines[0]),
  isDataLine: (line) => !isHeader(line),
  scan: (
    path,
  ) => `SELECT source_row, len(cells) AS cells, ${cell(1)} AS moment, ${cell(2)} AS input, ${cell(3)} AS output
    FROM (SELECT source_row, string_split(line, ',') AS cells FROM (${scanLines(path)}) WHERE source_row > 1)`,
  checks: [
    { when: 'cells <> 3', reason: `'expected 3 columns, found ' || cells || ' (cut off?)'` },
    { when: 'TRY_CAST(moment AS TIMESTAMP) IS NULL', reason: `'TIMESTAMP is not a time: ' || left(moment, 40)` },
    ...checkNumber('ContextTokens', 'input'),
    ...checkNumber('GeneratedTokens', 'output'),
  ],
  columns: {
    ts: 'TRY_CAST(moment AS TIMESTAMP)',
    granularity: `'request'`,
    requests: '1',
    input_tokens: 'TRY_CAST(input AS DOUBLE)',
    output_tokens: 'TRY_CAST(output AS DOUBLE)',
  },
  label: ({ path, year }) => {
    const kind = /code|conv/i.exec(basename(path))?.[0].toLowerCase();
    return ['Azure', year, kind === 'conv' ? 'conversation' : kind, 'traffic'].filter(Boolean).join(' ');
  },
};
