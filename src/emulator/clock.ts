// Here: the emulator's own time. Everything that happens later is a timer on it.
// Not here: what happens when a timer is due (lifecycle.ts and the products).

/** auto follows real time and may be pushed ahead; manual stands still until it is advanced. */
export type ClockMode = 'auto' | 'manual';
export type Timer = { cancel(): void };

export type Clock = {
  readonly mode: ClockMode;
  /** Milliseconds since 1970. */
  now(): number;
  after(seconds: number, run: () => void | Promise<void>): Timer;
  at(time: number, run: () => void | Promise<void>): Timer;
  /** Runs all that falls due on the way, each at its own moment, and waits for the callbacks it caused. */
  advance(seconds: number): Promise<void>;
  /** Names work that goes on in the background, so that `advance` can wait for it. */
  track(work: Promise<unknown>): void;
  pending(): number;
  clear(): void;
};

type Due = { readonly time: number; readonly order: number; readonly run: () => void | Promise<void> };

export function createClock(mode: ClockMode, realNow: () => number, failed: (error: unknown) => void): Clock {
  const start = realNow();
  let offset = 0;
  let order = 0;
  let waiting: Due[] = [];
  let wake: NodeJS.Timeout | undefined;
  let tracked: Promise<unknown>[] = [];

  const now = (): number => (mode === 'auto' ? realNow() : start) + offset;

  const next = (until: number): Due | undefined => {
    const due = waiting.reduce<Due | undefined>((best, one) => {
      if (one.time > until) return best;
      if (best === undefined || one.time < best.time) return one;
      return one.time === best.time && one.order < best.order ? one : best;
    }, undefined);
    if (due !== undefined) waiting = waiting.filter((one) => one !== due);
    return due;
  };

  const runOne = async (due: Due): Promise<void> => {
    try {
      await due.run();
    } catch (error) {
      failed(error);
    }
  };

  const arm = (): void => {
    clearTimeout(wake);
    if (mode === 'manual' || waiting.length === 0) return;
    const soonest = waiting.reduce((least, { time }) => Math.min(least, time), Number.POSITIVE_INFINITY);
    // A timer of more than 2^31 ms would fire at once in Node.
    wake = setTimeout(runDue, Math.min(Math.max(0, soonest - now()), 2 ** 31 - 1));
    wake.unref();
  };

  const runDue = (): void => {
    for (let due = next(now()); due !== undefined; due = next(now())) void runOne(due);
    arm();
  };

  const at = (time: number, run: () => void | Promise<void>): Timer => {
    order += 1;
    const due = { time, order, run };
    waiting.push(due);
    arm();
    return {
      cancel: () => {
        waiting = waiting.filter((one) => one !== due);
        arm();
      },
    };
  };

  const advance = async (seconds: number): Promise<void> => {
    const target = now() + seconds * 1000;
    for (let due = next(target); due !== undefined; due = next(target)) {
      offset += Math.max(0, due.time - now());
      // Only what this timer starts is waited for: a webhook receiver may itself advance the clock.
      const before = tracked;
      tracked = [];
      await runOne(due);
      const started = tracked;
      tracked = before;
      await Promise.allSettled(started);
    }
    offset += Math.max(0, target - now());
    arm();
  };

  return {
    mode,
    now,
    at,
    after: (seconds, run) => at(now() + seconds * 1000, run),
    advance,
    track: (work) => {
      const quiet = work.catch(failed);
      tracked.push(quiet);
      void quiet.finally(() => {
        tracked = tracked.filter((one) => one !== quiet);
      });
    },
    pending: () => waiting.length,
    clear: () => {
      clearTimeout(wake);
      waiting = [];
    },
  };
}
