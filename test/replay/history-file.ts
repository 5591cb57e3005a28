import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scenario } from './scenario.ts';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SHIPPED = folder('./histories/');
const OWN = folder('./own/histories/');
/** Folder of the packed ones. */
export const LARGE = folder('./own/large/');

/** Folders of the committed histories. */
export const HISTORIES = [SHIPPED, OWN];

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** File of a scenario's history as this version of the project records it. */
export const historyFile = ({ name, own = false, large = false }: Pick<Scenario, 'name' | 'own' | 'large'>) =>
  large ? join(LARGE, `${version}-${name}.json.gz`) : join(own ? OWN : SHIPPED, `${version}-${name}.json`);

/** Scenario of a file of any version. */
export const scenarioOf = (file: string) => file.replace(/^\d+\.\d+\.\d+-/, '').replace(/\.json(\.gz)?$/, '');
