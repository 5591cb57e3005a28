// Figures of the code's shape: `node scripts/measure.mjs [ROOT] [--list]`. Says how long files are, which of them are small helpers
// of one importer, which folders import each other, which file names occur twice, and where phrases stand that are to go.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

const SMALL_HELPER_LINES = 30;

const PHRASES = {
  'tell, told': /\b(tells?|told|telling)\b/i,
  'goes on': /\b(go|goes|going|went|gone) on\b/i,
  'is no': /\b(is|are|was|were) no (?!longer\b|more\b)/i,
  'says of': /\b(say|says|said) of\b/i,
  mend: /\bmend(s|ed|ing)?\b/i,
  'is up': /\b(is|are) up\b/i,
  'decided before': /\bdecided before\b/i,
  'behind an event': /\bbehind (an?|the|its|that) (\w+ )?event\b/i,
  'can be had': /\bc(an|ould) be had\b/i,
  'no such thing': /\bno such thing\b/i,
  'asked for': /\bcannot be asked\b/i,
  'by which command': /\bby which command\b/i,
};

const files = (root, folder, name) => {
  try {
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => name.test(path) && !/(^|\/)(node_modules|dist)\//.test(path))
      .map((path) => join(folder, path))
      .sort();
  } catch {
    return [];
  }
};

function importsOf(root, path) {
  const text = readFileSync(join(root, path), 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g);
  return [...new Set([...found].map(([, name]) => relative(root, resolve(root, dirname(path), name))))];
}

/** Room of a file: its folder below src, or the file itself where it lies in src. */
const roomOf = (path) => path.split('/')[1] ?? path;

/** Groups of rooms that reach each other. */
function circlesOf(edges) {
  const reach = (from) => {
    const seen = new Set();
    const left = [...(edges.get(from) ?? [])];
    for (let room = left.pop(); room !== undefined; room = left.pop()) {
      if (seen.has(room)) continue;
      seen.add(room);
      left.push(...(edges.get(room) ?? []));
    }
    return seen;
  };
  const reached = new Map([...edges.keys()].map((room) => [room, reach(room)]));
  const circles = new Map();
  for (const [room, its] of reached) {
    const circle = [...its].filter((other) => reached.get(other)?.has(room)).sort();
    if (circle.length > 1) circles.set(circle.join(' '), circle);
  }
  return [...circles.values()];
}

/** The figures of a checkout. */
export function measure(root) {
  const sources = files(root, 'src', /(?<!\.d)\.(ts|mjs|cjs)$/);
  const lines = new Map(
    sources.map((path) => [path, readFileSync(join(root, path), 'utf8').trimEnd().split('\n').length]),
  );
  const sorted = [...lines.values()].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

  const importers = new Map(sources.map((path) => [path, []]));
  const edges = new Map();
  for (const path of sources) {
    for (const imported of importsOf(root, path)) {
      importers.get(imported)?.push(path);
      const [from, to] = [roomOf(path), roomOf(imported)];
      if (from !== to && imported.startsWith('src/')) edges.set(from, (edges.get(from) ?? new Set()).add(to));
    }
  }
  // The page imports from src as well: what it shares is nobody's private helper.
  for (const path of files(root, 'web/src', /\.tsx?$/)) {
    for (const imported of importsOf(root, path)) importers.get(imported)?.push(path);
  }
  const lone = sources.filter((path) => importers.get(path)?.length === 1);
  const helpers = lone.filter((path) => (lines.get(path) ?? 0) < SMALL_HELPER_LINES);
  const mutual = [...edges].flatMap(([from, tos]) =>
    [...tos].filter((to) => from < to && edges.get(to)?.has(from)).map((to) => `${from} <-> ${to}`),
  );
  const named = Map.groupBy(sources, (path) => basename(path));
  const twice = [...named].filter(([, paths]) => paths.length > 1);

  const prose = [
    ...sources,
    ...files(root, 'docs', /^(?!decisions\/).*\.md$/),
    ...files(root, 'web/src', /\.tsx?$/),
    'README.md',
  ];
  const phrases = Object.entries(PHRASES).map(([phrase, pattern]) => {
    const hits = prose.flatMap((path) => {
      const all = readFileSync(join(root, path), 'utf8').split('\n');
      return all.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : []));
    });
    return [phrase, hits];
  });
  return {
    files: sources.length,
    median: at(0.5),
    p90: at(0.9),
    over300: sorted.filter((n) => n > 300).length,
    lone,
    helpers,
    mutual,
    circles: circlesOf(edges),
    twice,
    phrases,
  };
}

const [root = '.'] = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const isListing = process.argv.includes('--list');
const found = measure(resolve(root));
const say = (line) => process.stdout.write(`${line}\n`);
const list = (all) => isListing && all.forEach((each) => say(`    ${each}`));
say(`files in src                          ${found.files}`);
say(`lines of a file, median               ${found.median}`);
say(`lines of a file, 90th percentile      ${found.p90}`);
say(`files of over 300 lines               ${found.over300}`);
say(`files with one importer               ${found.lone.length}`);
say(`  of under ${SMALL_HELPER_LINES} lines                   ${found.helpers.length}`);
list(found.helpers);
say(`pairs of folders that import each other ${found.mutual.length}: ${found.mutual.join(', ')}`);
say(
  `circles of folders                    ${found.circles.length}: ${found.circles.map((each) => each.join(' ')).join('; ')}`,
);
say(`file names used twice                 ${found.twice.length}: ${found.twice.map(([name]) => name).join(', ')}`);
for (const [phrase, hits] of found.phrases) {
  say(`lines with "${phrase}"`.padEnd(38) + hits.length);
  list(hits);
}
say(`lines with any of these               ${new Set(found.phrases.flatMap(([, hits]) => hits)).size}`);
