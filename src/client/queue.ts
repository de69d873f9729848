// Whose turn is next: those who wait take turns, single requests before parts of something larger, and nobody waits for ever.

export interface Waiter {
  readonly who: string;
  readonly bulk: boolean;
  readonly enter: () => void;
}

export interface Queue {
  isEmpty(): boolean;
  add(waiter: Waiter): void;
  remove(waiter: Waiter): void;
  /** Takes the next one there is room for. */
  next(hasRoom: (bulk: boolean) => boolean): Waiter | undefined;
}

/** After so many single requests in a row that passed a waiting bulk, one of the bulk goes. */
const patience = 4;

/** Who waits → their waiters, oldest first. The map's order is the order of turns. */
type Lane = Map<string, Waiter[]>;

export function createQueue(): Queue {
  const single: Lane = new Map();
  const bulk: Lane = new Map();
  let passed = 0;

  return {
    isEmpty: () => single.size === 0 && bulk.size === 0,
    add(waiter) {
      const lane = waiter.bulk ? bulk : single;
      const waiting = lane.get(waiter.who);
      if (waiting === undefined) lane.set(waiter.who, [waiter]);
      else waiting.push(waiter);
    },
    remove(waiter) {
      const lane = waiter.bulk ? bulk : single;
      const rest = (lane.get(waiter.who) ?? []).filter((each) => each !== waiter);
      if (rest.length === 0) lane.delete(waiter.who);
      else lane.set(waiter.who, rest);
    },
    next(hasRoom) {
      const bulkWaits = bulk.size > 0 && hasRoom(true);
      if (single.size > 0 && hasRoom(false) && !(bulkWaits && passed >= patience)) {
        passed = bulkWaits ? passed + 1 : 0;
        return take(single);
      }
      if (!bulkWaits) return undefined;
      passed = 0;
      return take(bulk);
    },
  };
}

/** The first in turn gives up its oldest waiter and goes to the end. */
function take(lane: Lane): Waiter | undefined {
  const [first] = lane;
  if (first === undefined) return undefined;
  const [who, [waiter, ...rest]] = first;
  lane.delete(who);
  if (rest.length > 0) lane.set(who, rest);
  return waiter;
}
