// The door to the live feed, for browsers and Node: loads nothing but this project's own modules without a dependency.
export type { BatonEvent } from './contracts/event.ts';
export { connectFeed } from './feed/connect-feed.ts';
export type { Feed, FeedOptions } from './feed/connect-feed.ts';
export type { FeedConnection, FeedResync, FeedState } from './feed/feed-state.ts';
export { emptyFeed, foldFeed } from './feed/fold.ts';
export type { FoldedAgent, FoldedApproval, FoldedFeed, FoldedRun } from './feed/folded.ts';
export { toAgUi } from './feed/to-ag-ui.ts';
export type { AgUiEvent } from './feed/to-ag-ui.ts';
export { toUiMessageStream } from './feed/to-ui-message-stream.ts';
export type { BatonDataParts, UiMessageChunk } from './feed/to-ui-message-stream.ts';
