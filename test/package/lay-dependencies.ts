import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

type Entry = { dev?: boolean } & Partial<Record<'dependencies' | 'optionalDependencies', Record<string, string>>>;
type Installed = { packages: Record<string, Entry> };

/** Paths of these packages and of all that they need. */
function withNeeds(names: string[], packages: Installed['packages'], found = new Set<string>()): Set<string> {
  for (const name of names) {
    const path = `node_modules/${name}`;
    const entry = packages[path];
    if (!entry || found.has(path)) continue;
    found.add(path);
    withNeeds(Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }), packages, found);
  }
  return found;
}

/**
 * Copies what the lock file installs for users of the package, and the tools named, from the checkout's node_modules to the
 * one in `to`, with npm's record of it. `npm install` then finds all of it there but the package itself; to unpack three
 * hundred packages would take most of the test. What only the checkout's own tests need is not there.
 */
export function layDependencies({ checkout, to, tools }: { checkout: string; to: string; tools: string[] }): void {
  const from = join(checkout, 'node_modules');
  const record = JSON.parse(readFileSync(join(from, '.package-lock.json'), 'utf8')) as Installed;
  const needed = withNeeds(tools, record.packages);
  const kept = Object.entries(record.packages).filter(([path, { dev }]) => !dev || needed.has(path));
  const modules = join(to, 'node_modules');
  for (const [path] of kept) {
    // Those within another come with it.
    if (path.lastIndexOf('node_modules/') === 0) cpSync(join(checkout, path), join(to, path), { recursive: true });
  }
  mkdirSync(join(modules, '.bin'));
  for (const name of readdirSync(join(from, '.bin'))) {
    const target = readlinkSync(join(from, '.bin', name));
    if (existsSync(join(modules, '.bin', target))) symlinkSync(target, join(modules, '.bin', name));
  }
  const packages = Object.fromEntries(kept);
  writeFileSync(join(modules, '.package-lock.json'), JSON.stringify({ ...record, packages }));
}
