// The door for tests of a project's own agents: loads a worker and a server, so nothing that runs in production needs it.
export { assertFeed } from './testing/assert-feed.ts';
export type { ExpectedLine } from './testing/assert-feed.ts';
export type { Answer, Answers, AskedQuestion } from './testing/answer-question.ts';
export { assertNoSecrets } from './testing/assert-no-secrets.ts';
export { cannedAgent } from './testing/canned-agent.ts';
export type { CannedAgent, CannedAnswer } from './testing/canned-agent.ts';
export type { Canned, CannedAgents } from './testing/canned-app.ts';
export type { FinishedRun, FinishOptions } from './testing/finish-run.ts';
export { recordingNotifier } from './testing/recording-notifier.ts';
export type { RecordingNotifier } from './testing/recording-notifier.ts';
export type { RecordedHistory } from './testing/record-history.ts';
export { replay } from './testing/replay.ts';
export type { InputOf, ResultOf, Runnable, RunResultOf } from './testing/runnable.ts';
export { startTestServer } from './testing/start-test-server.ts';
export type { TestServer } from './testing/start-test-server.ts';
export { testApp } from './testing/test-app.ts';
export type { TestApp, TestAppOptions, TestStartOptions } from './testing/test-app.ts';
