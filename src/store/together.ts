// Work that comes at about the same time as other work of its kind is done with it, as one step: a database takes a hundred rows in
// one transaction almost as fast as one.
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { OperationError } from '../operation/errors.ts';
import { isLocked } from './sqlite.ts';

const mostAtOnce = 200;

interface Waiting<In, Out> {
  readonly given: In;
  readonly resolve: (result: Out | PromiseLike<Out>) => void;
  readonly reject: (error: unknown) => void;
}

/** `work` gives one result for each given, in order. Where a step fails, each is tried once by itself: one that is refused fails alone. */
export function together<In, Out>(
  work: (given: readonly In[]) => Promise<readonly Out[]>,
): (given: In) => Promise<Out> {
  let waiting: Waiting<In, Out>[] = [];
  let running = false;

  async function carryOut(step: readonly Waiting<In, Out>[]): Promise<void> {
    try {
      const results = await work(step.map(({ given }) => given));
      for (const [nth, { resolve, reject }] of step.entries()) {
        const result = results[nth];
        if (result === undefined) reject(new Error('the step gave too few results'));
        else resolve(result);
      }
    } catch (error) {
      if (step.length > 1 && !isAway(error)) for (const each of step) await carryOut([each]);
      else for (const { reject } of step) reject(error);
    }
  }

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      // SQLite answers before anything else can come in: without this every step would be of one.
      await turnOfTheLoop();
      const step = waiting.slice(0, mostAtOnce);
      waiting = waiting.slice(mostAtOnce);
      await carryOut(step);
    }
    running = false;
  }

  return (given) =>
    new Promise((resolve, reject) => {
      waiting.push({ given, resolve, reject });
      if (!running) void run();
    });
}

/** No fault of any one of them: each by itself would only wait as long again. */
function isAway(error: unknown): boolean {
  return isLocked(error) || (error instanceof OperationError && error.code === 'STORE_UNAVAILABLE');
}
