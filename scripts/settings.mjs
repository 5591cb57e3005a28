// Writes docs/settings.md from the table of settings in src/settings/: `npm run docs:settings`.
import { writeFileSync } from 'node:fs';
import { settingsPage } from '../test/support/settings-page.ts';

writeFileSync('docs/settings.md', settingsPage());
process.stdout.write('wrote docs/settings.md\n');
