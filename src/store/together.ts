// Work that comes at about the same time as other work of its kind is done with it, as one step: a database takes a hundred rows in
// one transaction almost as fast as one.
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';

const mostAtOnce = 200;

interface Waiting<In, Out> {
  readonly given: In;
  readonly resolve: (result: Out | PromiseLike<Out>) => void;
  readonly reject: (error: unknown) => void;
}

/** `work` gives one result for each given, in order. Where it fails, all of that step fail. */
export function together<In, Out>(
  work: (given: readonly In[]) => Promise<readonly Out[]>,
): (given: In) => Promise<Out> {
  let waiting: Waiting<In, Out>[] = [];
  let running = false;

  async function run(): Promise<void> {
    running = true;
    while (waiting.length > 0) {
      // SQLite answers before anything else can come in: without this every step would be of one.
      await turnOfTheLoop();
      const step = waiting.slice(0, mostAtOnce);
      waiting = waiting.slice(mostAtOnce);
      try {
        const results = await work(step.map(({ given }) => given));
        for (const [nth, { resolve, reject }] of step.entries()) {
          const result = results[nth];
          if (result === undefined) reject(new Error('the step gave too few results'));
          else resolve(result);
        }
      } catch (error) {
        for (const { reject } of step) reject(error);
      }
    }
    running = false;
  }

  return (given) =>
    new Promise((resolve, reject) => {
      waiting.push({ given, resolve, reject });
      if (!running) void run();
    });
}
