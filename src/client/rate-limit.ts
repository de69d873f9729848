// One gate for each host: so many requests at once, more while all goes well, fewer after the provider says it is too many, and a
// pause when it asks for one. Where the ceiling lies Twilio does not publish.
// Whose turn is next is queue.ts. Quotas by the hour or by money are the guards' business.
import { createQueue, type Waiter } from './queue.ts';

export interface Turn {
  /** Whose request it is: those who wait take turns. */
  readonly who?: string | undefined;
  /** Part of something larger, such as a mailing: single requests go first. */
  readonly bulk?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Gate {
  /** A turn at once, or none where the gate is shut or somebody would have to wait; what it returns gives the turn back. */
  pass(turn?: Turn): (() => void) | undefined;
  /** Waits for a turn; what it returns gives the turn back. Rejects with the signal's reason when aborted. */
  enter(turn?: Turn): Promise<() => void>;
  /** Lets nobody in until then. */
  pauseUntil(at: number): void;
  /** The provider refused for too many at once: half as many from now on, and one more each time all went well. */
  slowDown(): void;
  wentWell(): void;
}

export interface GateParts {
  /** So many to begin with. */
  readonly atOnce: number;
  /** So many while all goes well; `atOnce` if left out. */
  readonly atMost?: number | undefined;
  readonly now: () => Date;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export function createGate({ atOnce, atMost = atOnce, now, sleep }: GateParts): Gate {
  const queue = createQueue();
  let inside = 0;
  let bulkInside = 0;
  let closedUntil = 0;
  let limit = atOnce;
  let well = 0;

  /** Bulk never takes the last turns, so that a single request finds one free. */
  function hasRoom(bulk: boolean): boolean {
    return inside < limit && (!bulk || bulkInside < Math.max(1, Math.floor(limit / 2)));
  }

  function take(bulk: boolean): void {
    inside += 1;
    if (bulk) bulkInside += 1;
  }

  function leave(bulk: boolean): void {
    inside -= 1;
    if (bulk) bulkInside -= 1;
    letIn();
  }

  function letIn(): void {
    for (;;) {
      const next = queue.next(hasRoom);
      if (next === undefined) return;
      take(next.bulk);
      next.enter();
    }
  }

  function turn({ who = '', bulk = false, signal }: Turn): Promise<void> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        who,
        bulk,
        enter: () => {
          signal?.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      const giveUp = (): void => {
        queue.remove(waiter);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      queue.add(waiter);
      letIn();
    });
  }

  /** Gives back a turn that was taken, once. */
  function leaving(bulk: boolean): () => void {
    let left = false;
    return () => {
      if (!left) leave(bulk);
      left = true;
    };
  }

  return {
    pass({ bulk = false } = {}) {
      if (!queue.isEmpty() || !hasRoom(bulk) || (closedUntil > 0 && now().getTime() < closedUntil)) return;
      take(bulk);
      return leaving(bulk);
    },
    async enter(wanted = {}) {
      const { bulk = false, signal } = wanted;
      await turn(wanted);
      const leaveOnce = leaving(bulk);
      try {
        // The turn is kept while waiting, so that nobody overtakes. One pause is slept through once, whatever the clock says after.
        for (let until = 0; until < closedUntil; ) {
          until = closedUntil;
          const rest = until - now().getTime();
          if (rest > 0) await sleep(rest, signal);
        }
        signal?.throwIfAborted();
      } catch (error) {
        leaveOnce();
        throw error;
      }
      return leaveOnce;
    },
    pauseUntil(at) {
      closedUntil = Math.max(closedUntil, at);
    },
    slowDown() {
      limit = Math.max(1, Math.floor(limit / 2));
      well = 0;
    },
    wentWell() {
      well += 1;
      if (well < limit || limit >= atMost) return;
      limit += 1;
      well = 0;
      letIn();
    },
  };
}
