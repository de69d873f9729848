// Tells of every new event in the store, whichever process wrote it: at once what this one wrote, soon what others did.
import type { EventLedger, InboxEvent } from '../operation/ledgers.ts';

export interface Tail {
  /** Calls for each event from now on. Returns the end of it. */
  readonly watch: (listener: (event: InboxEvent) => void) => () => void;
  readonly close: () => void;
}

export interface TailParts {
  readonly account: string;
  readonly events: EventLedger;
  /** How soon what another process wrote is seen. */
  readonly everyMs: number;
  readonly onFault: (error: unknown) => void;
}

export function createTail({ account, events, everyMs, onFault }: TailParts): Tail {
  const listeners = new Set<(event: InboxEvent) => void>();
  let timer: NodeJS.Timeout | undefined;
  let stopHearing: (() => void) | undefined;
  let place: number | undefined;
  let awaited = false;
  let work: Promise<void> = Promise.resolve();

  /** One look after the other: nothing is told twice, nothing is passed over. One that has not begun sees what comes until then. */
  function look(): void {
    if (awaited) return;
    awaited = true;
    work = work.then(read).catch((error: unknown) => {
      // Nobody listens any more, and the store may be closed.
      if (timer !== undefined) onFault(error);
    });
  }

  async function read(): Promise<void> {
    awaited = false;
    if (timer === undefined) return;
    if (place === undefined) {
      const [newest] = await events.list(account, { newestFirst: true, limit: 1 });
      place = newest?.sequence ?? 0;
      return;
    }
    const found = await events.list(account, { afterSequence: place, limit: 100 });
    for (const event of found) {
      place = event.sequence;
      for (const listener of listeners) listener(event);
    }
    if (found.length === 100) look();
  }

  return {
    watch(listener) {
      listeners.add(listener);
      if (timer === undefined) {
        place = undefined;
        timer = setInterval(look, everyMs).unref();
        stopHearing = events.onChange(look);
        look();
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
    close: stop,
  };

  function stop(): void {
    clearInterval(timer);
    stopHearing?.();
    timer = undefined;
  }
}
