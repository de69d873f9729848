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

/** At hand while it is fresh. Asked with `true`, it was refused and is read again at once. One reading serves all who wait. */
export function keepFresh<T>({
  first,
  read,
  now,
  everyMs,
  onFault,
}: FreshOptions<T>): (refused?: boolean) => T | Promise<T> {
  let held = first;
  let readAt = now().getTime();
  let refusedAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<T> | undefined;

  async function renew(): Promise<T> {
    readAt = now().getTime();
    try {
      held = await read();
    } catch (error) {
      onFault(error);
    } finally {
      underWay = undefined;
    }
    return held;
  }

  return (refused = false) => {
    const at = now().getTime();
    const again = refused && at - refusedAt >= atMostEveryMs;
    if (again) refusedAt = at;
    if (again || at - readAt >= everyMs) underWay ??= renew();
    return underWay ?? held;
  };
}
