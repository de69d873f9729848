// Here: how a resource walks through its states, driven by the emulator's clock.
// Not here: which states a product has, and what it tells whom on entering one.
import type { Clock } from './clock.ts';

export type Step<Status> = { readonly after: number; readonly status: Status };

/**
 * Enters each status in turn, `after` seconds from the one before. `enter` answers false to stop the walk,
 * for instance when the resource was canceled or deleted in between.
 */
export function walk<Status>(
  clock: Clock,
  steps: readonly Step<Status>[],
  enter: (status: Status) => boolean,
): void {
  const [first, ...rest] = steps;
  if (first === undefined) return;
  clock.after(first.after, () => {
    if (enter(first.status)) walk(clock, rest, enter);
  });
}
