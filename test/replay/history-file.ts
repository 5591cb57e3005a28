import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const HISTORIES = fileURLToPath(new URL('./histories/', import.meta.url));

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** File of a scenario's history as this version of the project records it. */
export const historyFile = (scenario: string) => join(HISTORIES, `${version}-${scenario}.json`);

/** Scenario of a file of any version. */
export const scenarioOf = (file: string) => file.replace(/^\d+\.\d+\.\d+-/, '').replace(/\.json$/, '');
