// What a measurement is, and the arithmetic of many of them. What is measured is in the other files.

export interface Figure {
  /** The letter of the list in references/decisions.md. */
  readonly letter: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** What the same was without us, measured in turns with it. */
  readonly beside?: string;
  readonly target?: string;
  readonly met?: boolean;
}

export interface Bench {
  readonly name: string;
  readonly measure: (effort: Effort) => Promise<readonly Figure[]>;
}

/** How much of everything is done: a quick run shows that it works, a whole one gives figures to quote. */
export interface Effort {
  readonly quick: boolean;
  /** `whole` in a whole run, less in a quick one. */
  readonly times: (whole: number) => number;
}

/** The value below which `share` of the samples lie. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (found === undefined) throw new Error('nothing was measured');
  return found;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

export async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** One way to do something, and how long it took each time, in milliseconds. */
export interface Way {
  readonly work: () => Promise<unknown>;
  readonly taken: number[];
}

export function way(work: Way['work']): Way {
  return { work, taken: [] };
}

/** Measures each of several ways in turns, so that what else the machine does falls on all of them alike. */
export async function inTurns(
  ways: readonly Way[],
  { rounds, warm }: { readonly rounds: number; readonly warm: number },
): Promise<void> {
  for (let round = -warm; round < rounds; round += 1) {
    for (const { work, taken } of ways) {
      const took = await millisecondsOf(work);
      if (round >= 0) taken.push(took);
    }
  }
}

/** Calls a second with so many under way at any moment. */
export async function rateOf(
  work: () => Promise<unknown>,
  { calls, atOnce }: { readonly calls: number; readonly atOnce: number },
): Promise<number> {
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  const took = await millisecondsOf(() => Promise.all(Array.from({ length: atOnce }, worker)));
  return (calls / took) * 1000;
}

export function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}
