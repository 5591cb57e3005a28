// start.ts: starts a run, shows what its agents do, prints the result.
import { connect } from 'baton-agents/client';
import app from './app.ts';
import { answer } from './workflows.ts';

const baton = await connect({ user: 'local', app });
const run = await baton.start(answer, { text: process.argv[2] ?? 'Where is my parcel?' });
for await (const { type, agent, payload } of run.events()) {
  console.log(type, agent ?? '', 'reasoning' in payload ? payload.reasoning : '');
}
const { status, result, error } = await run.result();
console.log(status, result ?? error);
await baton.close();
