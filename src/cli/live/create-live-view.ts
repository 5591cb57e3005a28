import { createLogUpdate } from 'log-update';
import type { BatonEvent } from '../../contracts/event.ts';
import { emptyFeed, foldFeed } from '../../feed/fold.ts';
import { plainLine } from './plain-line.ts';
import { renderLive } from './render-live.ts';

/** How often running times move on while no event comes, in milliseconds. */
const TICK_MS = 200;

export type LiveView = {
  onEvent(event: BatonEvent): void;
  /** Draws the last state and leaves it standing. */
  done(): void;
};

/** Shows one run: one line per agent that is redrawn on a terminal, one line per event anywhere else. */
export function createLiveView({ stream }: { stream: NodeJS.WriteStream }): LiveView {
  if (!stream.isTTY) {
    return { onEvent: (event) => void stream.write(`${plainLine(event)}\n`), done: () => undefined };
  }
  const update = createLogUpdate(stream);
  let feed = emptyFeed();

  function draw() {
    const [run] = feed.runs;
    if (run) update(renderLive(run, { columns: stream.columns, now: Date.now(), stream }));
  }
  const timer = setInterval(draw, TICK_MS);

  return {
    onEvent(event) {
      feed = foldFeed(feed, event);
      draw();
    },
    done() {
      clearInterval(timer);
      draw();
      update.done();
    },
  };
}
