// Here: the thread of a call: it waits on the emulator's clock, is woken by digits and speech, and can be pulled away.
// Not here: what it does in between (voice-run.ts), and the call's status (voice-life.ts).
import type { TwimlElement } from '../../twiml/document.ts';
import type { Account } from '../accounts.ts';
import type { Clock, Timer } from '../clock.ts';
import type { World } from '../state.ts';
import { type Call, isOver } from './voice-call.ts';

/** Where the next instructions come from. */
export type Source =
  | { readonly kind: 'inline'; readonly twiml: string }
  | {
      readonly kind: 'url';
      readonly url: string;
      readonly method: 'GET' | 'POST';
      readonly fallbackUrl?: string;
      readonly fallbackMethod?: 'GET' | 'POST';
      /** Sent beside the call's own parameters: Digits, DialCallStatus … */
      readonly params?: Readonly<Record<string, string>>;
    };

/** What a verb leads to: the next verb, other instructions, out of the queue, or the end of the call. */
export type Outcome = 'next' | 'hangup' | 'leave' | Source;

export type LineEvent =
  | { readonly kind: 'time' }
  | { readonly kind: 'digit'; readonly digit: string }
  | { readonly kind: 'speech'; readonly text: string; readonly confidence: number }
  /** Something that this line may be waiting for has changed: look again. */
  | { readonly kind: 'change' };

/** Thrown inside a line that has to drop what it does: the call is over, or goes elsewhere. */
export class PulledAway extends Error {
  /** Undefined when the call is over. */
  readonly to: Source | 'dequeued' | undefined;

  constructor(to?: Source | 'dequeued') {
    super('This line was pulled away.');
    this.name = 'PulledAway';
    this.to = to;
  }
}

/** What a verb is given. */
export type Flow = {
  readonly world: World;
  readonly account: Account;
  readonly call: Call;
  readonly line: Line;
  /** The URL of the document that holds the verb; empty for inline TwiML. */
  readonly base: string;
  /** Runs another document inside this one: what a called party or a waiting caller hears. */
  readonly perform: (source: Source, on?: Call) => Promise<Outcome>;
  /** The whole life of another call's line, which begins with this act and ends with the call. */
  readonly live: (on: Call, act: Act) => Promise<void>;
};

export type Act = () => Promise<Outcome>;
export type Verb = (flow: Flow, element: TwimlElement) => Promise<Outcome> | Outcome;

type Waiting = {
  readonly resolve: (event: LineEvent) => void;
  readonly reject: (error: PulledAway) => void;
  readonly timer: Timer | undefined;
};
type Settling = { readonly resolve: () => void; readonly reject: (error: unknown) => void };

/**
 * Runs as one async function that either waits here or talks to a webhook. Whoever wakes it gets a promise
 * for the moment when it waits again, so that an advanced clock never overtakes what a timer has started.
 */
export class Line {
  readonly call: Call;
  readonly #clock: Clock;
  #waiting: Waiting | undefined;
  #pull: Source | 'dequeued' | undefined;
  #settling: Settling[] = [];

  constructor(call: Call, clock: Clock) {
    this.call = call;
    this.#clock = clock;
  }

  /** Begins; resolves when the line waits for the first time or is done. */
  start(run: () => Promise<void>): Promise<void> {
    const settled = this.#whenSettled();
    run().then(
      () => this.#settle(({ resolve }) => resolve()),
      (error: unknown) => this.#settle(({ reject }) => reject(error)),
    );
    return settled;
  }

  /** Waits for an event, or for so many seconds; without them for ever. */
  wait(seconds?: number): Promise<LineEvent> {
    this.check();
    return new Promise((resolve, reject) => {
      const timer =
        seconds === undefined
          ? undefined
          : this.#clock.after(Math.max(0, seconds), () => this.wake({ kind: 'time' }));
      this.#waiting = { resolve, reject, timer };
      this.#settle((one) => one.resolve());
    });
  }

  /** Waits for an event that is wanted; what is not wanted goes by unheard. */
  async within(seconds: number | undefined, wants: (event: LineEvent) => boolean): Promise<LineEvent> {
    const until = seconds === undefined ? undefined : this.#clock.now() + seconds * 1000;
    for (let left = seconds; ; left = until === undefined ? undefined : (until - this.#clock.now()) / 1000) {
      const event = await this.wait(left);
      this.check();
      if (event.kind === 'time' || wants(event)) return event;
    }
  }

  /** Lets time pass, whatever else happens; without a number for ever. */
  async pass(seconds?: number): Promise<void> {
    await this.within(seconds, () => false);
  }

  /** A line that does not wait loses the event, as digits are lost that nobody gathers. */
  wake(event: LineEvent): Promise<void> {
    const waiting = this.#takeWaiting();
    if (waiting === undefined) return Promise.resolve();
    const settled = this.#whenSettled();
    if (this.#isPulled) waiting.reject(this.#pulled());
    else waiting.resolve(event);
    return settled;
  }

  /** Makes it drop what it does. A line that is talking to a webhook drops it when the answer is there. */
  pull(to: Source | 'dequeued'): Promise<void> {
    this.#pull = to;
    return this.wake({ kind: 'change' });
  }

  /** To be called after anything that took time. */
  check(): void {
    if (this.#isPulled) throw this.#pulled();
  }

  get #isPulled(): boolean {
    return isOver(this.call) || this.#pull !== undefined;
  }

  #pulled(): PulledAway {
    const to = isOver(this.call) ? undefined : this.#pull;
    this.#pull = undefined;
    return new PulledAway(to);
  }

  #takeWaiting(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.timer?.cancel();
    return waiting;
  }

  #whenSettled(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settling.push({ resolve, reject });
    });
  }

  #settle(each: (one: Settling) => void): void {
    const settling = this.#settling;
    this.#settling = [];
    settling.forEach(each);
  }
}

const lines = new WeakMap<Call, Line>();

/** The one line of a call. */
export function lineOf(world: World, call: Call): Line {
  const known = lines.get(call);
  if (known !== undefined) return known;
  const line = new Line(call, world.clock);
  lines.set(call, line);
  return line;
}
