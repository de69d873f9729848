// A value that is read again when it has grown old, or when the provider has refused it. While it cannot be read, the last one stays.

export interface FreshOptions<T> {
  readonly first: T;
  readonly read: () => Promise<T>;
  readonly now: () => Date;
  readonly everyMs: number;
  readonly onFault: (error: unknown) => void;
}

/** However often a provider refuses, the vault is not asked more often than this. */
const atMostEveryMs = 10_000;

/** Asked with `true`, the value at hand was refused: it is read again at once. One reading serves all who wait. */
export function keepFresh<T>({
  first,
  read,
  now,
  everyMs,
  onFault,
}: FreshOptions<T>): (refused?: boolean) => Promise<T> {
  let held = first;
  let readAt = now().getTime();
  let refusedAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;

  async function renew(): Promise<void> {
    readAt = now().getTime();
    try {
      held = await read();
    } catch (error) {
      onFault(error);
    } finally {
      underWay = undefined;
    }
  }

  return async (refused = false) => {
    const at = now().getTime();
    const again = refused && at - refusedAt >= atMostEveryMs;
    if (again) refusedAt = at;
    if (again || at - readAt >= everyMs) underWay ??= renew();
    await underWay;
    return held;
  };
}
