// How Twilio is asked: one request in, one answer or one error out, with retries, time limits and cancellation on the way.
// What to ask is encode.ts, one attempt is exchange.ts, whether to repeat is retry.ts, what to say of a failure is failure.ts.
import type { Dispatcher } from 'undici';
import type { Host } from '../operation/define.ts';
import type { Effect } from '../operation/effect.ts';
import type { CredentialSource, Credentials } from './credentials.ts';
import { targetOf, type WireRequest } from './encode.ts';
import { type Bounds, type Exchange, exchange, type Outgoing } from './exchange.ts';
import * as failures from './failure.ts';
import { createGates } from './gates.ts';
import { type Address, addressOf, type Place } from './hosts.ts';
import { createTokens } from './oauth.ts';
import { createProver, type Proven } from './proof.ts';
import { decide, type Failure, maxRetryAfterMs, parseRetryAfter } from './retry.ts';
import { type Alarm, setAlarm, unlessAborted, within } from './time-limit.ts';
import { type Answer, judge } from './verdict.ts';

export interface ClientOptions extends Place {
  readonly credentials: Credentials | CredentialSource;
  readonly userAgent: string;
  readonly now: () => Date;
  readonly random: () => number;
  /** Rejects when the signal is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly explain?: failures.Explain;
  /** For one attempt, from the first byte to the last. */
  readonly timeoutMs?: number;
  /** For everything: waiting for a turn, all attempts, all pauses. */
  readonly deadlineMs?: number;
  readonly maxBytes?: number;
  /** Requests to one host at the same time, to begin with. */
  readonly atOnce?: number;
  /** So many while all goes well; 64, or `atOnce` where that is given. */
  readonly atMost?: number;
  /** The timer behind the time limits; tests give one that rings when they say so. */
  readonly alarm?: Alarm;
  readonly dispatcher?: Dispatcher;
}

export interface How {
  readonly effect: Effect;
  readonly idempotent?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whose request it is: at a full gate they take turns. */
  readonly actor?: string | undefined;
  /** Part of something larger: single requests go first. */
  readonly bulk?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
  readonly deadlineMs?: number | undefined;
  /** A file is asked for: what comes is not read as JSON. */
  readonly raw?: boolean | undefined;
  readonly maxBytes?: number | undefined;
  /** The operation that shows whether a lost request was carried out, for the error's next step. */
  readonly lookWith?: string | undefined;
}

export interface Client {
  /** Rejects with an OperationError. */
  send(request: WireRequest, how: How): Promise<Answer>;
  urlOf(request: WireRequest): string;
  /** Lets what is under way end, then closes the connections; a dispatcher that was given in stays open. */
  close(): Promise<void>;
}

/** One call of `send`, through all its attempts. */
interface Job {
  readonly request: WireRequest;
  readonly how: How;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly since: Date;
  /** Milliseconds until the deadline. */
  readonly left: () => number;
}

/** A turn at the gate, and what to show behind it. */
interface Pass {
  readonly proof: Proven;
  readonly leave: () => void;
}

interface Failed {
  readonly attempt: number;
  readonly failure: Failure;
  /** What to say if it is not tried again. */
  readonly error: unknown;
  readonly about: failures.Circumstances;
}

const contentTypes = { form: 'application/x-www-form-urlencoded', json: 'application/json' } as const;

/** A delete whose earlier attempt removed the thing, and whose answer was lost. */
const alreadyGone: Answer = { status: 204, body: {}, headers: {} };

export function createClient(options: ClientOptions): Client {
  const { now, sleep, maxBytes = 10_000_000, atOnce = 20, alarm = setAlarm } = options;
  const { atMost = options.atOnce ?? 64 } = options;
  let { dispatcher } = options;
  let opening: Promise<Dispatcher> | undefined;
  let closing: Promise<void> | undefined;
  const gates = createGates({ atOnce, atMost, now, sleep });
  // Asked for on behalf of everybody who waits for it, so no single caller's signal ends it.
  const tokens = createTokens(async (request) => (await send(request, { effect: 'read' })).body, now);
  const prover = createProver(options.credentials, tokens);
  const addresses = new Map<Host, Address>();

  async function send(request: WireRequest, how: How): Promise<Answer> {
    const job = jobOf(request, how);
    const outgoing = outgoingOf(request);
    let doubtful = false;
    let refused: string | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const about = circumstances(job, doubtful, attempt === 1 ? job.since : now());
      const proving = prover.prove(request.host, refused);
      const { proof, leave } = passAtOnce(job, proving) ?? (await waitToPass(job, about, proving));
      if (proof.header !== undefined) outgoing.headers['authorization'] = proof.header;
      let result: Exchange;
      try {
        result = await exchange(dispatcher ?? (await connect()), outgoing, boundsOf(job));
        gates.heed(request, result);
      } finally {
        leave();
      }
      // A 401 is answered before anything is done, so one try with a fresh proof is safe for sends too.
      const turnedDown = result.kind === 'complete' && result.status === 401;
      if (turnedDown && refused === undefined && (await prover.renewed(request.host, proof))) {
        refused = proof.token ?? proof.header;
        continue;
      }
      const verdict = judge(result, about);
      if (verdict.kind === 'answer') return verdict.answer;
      if (verdict.kind === 'final') throw verdict.error;
      const { failure, error } = verdict;
      if (doubtful && how.effect === 'delete' && failure.kind === 'status' && failure.status === 404)
        return alreadyGone;
      await beforeTheNext(job, { attempt, failure, error, about });
      doubtful ||= mayHaveDone(failure);
    }
  }

  /** Waits until it may be tried again; throws the failure's error where it may not. */
  async function beforeTheNext(job: Job, { attempt, failure, error, about }: Failed): Promise<void> {
    const { request, how, deadlineMs } = job;
    const { random } = options;
    const elapsedMs = deadlineMs - job.left();
    const decision = decide({ ...about, attempt, failure, elapsedMs, deadlineMs, random });
    if (!decision.retry) throw error;
    if (failure.kind === 'status') holdBack(request.host, failure.retryAfter);
    try {
      await sleep(decision.afterMs, how.signal);
    } catch (fault) {
      if (!how.signal?.aborted) throw fault;
      const doubtful = about.doubtful || mayHaveDone(failure);
      throw failures.cancelled({ ...about, doubtful }, doubtful);
    }
  }

  /** Where the proof is at hand and the gate is open, no wait has to be limited. */
  function passAtOnce({ request, how }: Job, proof: Proven | Promise<Proven>): Pass | undefined {
    if (proof instanceof Promise || how.signal?.aborted) return undefined;
    const leave = gates.pass(request, { who: how.actor, bulk: how.bulk });
    return leave && { proof, leave };
  }

  async function waitToPass(
    job: Job,
    about: failures.Circumstances,
    proving: Proven | Promise<Proven>,
  ): Promise<Pass> {
    const { request, how } = job;
    const { actor: who, bulk } = how;
    const limit = within(job.left(), how.signal, alarm);
    let proof: Proven | undefined;
    try {
      proof = await unlessAborted(Promise.resolve(proving), limit.signal);
      return { proof, leave: await gates.enter(request, { who, bulk, signal: limit.signal }) };
    } catch (error) {
      if (!limit.signal.aborted) throw error;
      if (how.signal?.aborted) throw failures.cancelled(about, about.doubtful);
      throw proof === undefined ? failures.neverGotProof(about) : failures.neverGotATurn(about);
    } finally {
      limit.release();
    }
  }

  /** Loaded with the first request: a server that has only listed its tools should not have waited for it. */
  async function connect(): Promise<Dispatcher> {
    opening ??= createPools(atMost);
    dispatcher ??= await opening;
    return dispatcher;
  }

  function jobOf(request: WireRequest, how: How): Job {
    const since = now();
    const { timeoutMs = options.timeoutMs ?? 30_000, deadlineMs = options.deadlineMs ?? 60_000 } = how;
    const left = () => deadlineMs - (now().getTime() - since.getTime());
    return { request, how, timeoutMs, deadlineMs, since, left };
  }

  function boundsOf({ how, timeoutMs, left }: Job): Bounds {
    const { signal, raw } = how;
    return {
      signal,
      timeoutMs: Math.max(1, Math.min(timeoutMs, left())),
      maxBytes: how.maxBytes ?? maxBytes,
      alarm,
      raw,
    };
  }

  /** All but the proof. */
  function outgoingOf(request: WireRequest): Outgoing {
    const { origin, prefix } = addressFor(request.host);
    const { method, body } = request;
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': options.userAgent };
    if (body !== undefined) headers['content-type'] = contentTypes[body.type];
    Object.assign(headers, request.headers);
    return { origin, target: `${prefix}${targetOf(request)}`, method, headers, body: body?.text };
  }

  function addressFor(host: Host): Address {
    const address = addresses.get(host) ?? addressOf(host, options);
    addresses.set(host, address);
    return address;
  }

  /** The host asked for a pause: nobody else runs into the same refusal meanwhile. */
  function holdBack(host: Host, retryAfter: string | undefined): void {
    const asked = parseRetryAfter(retryAfter, now());
    if (asked !== undefined) gates.pauseHost(host, Math.min(asked, maxRetryAfterMs));
  }

  function circumstances(
    { request, how, timeoutMs }: Job,
    doubtful: boolean,
    at: Date,
  ): failures.Circumstances {
    const { effect, idempotent = false, lookWith } = how;
    const explain = options.explain ?? (() => undefined);
    return {
      host: request.host,
      effect,
      idempotent,
      lookWith,
      explain,
      now: at,
      timeoutMs,
      maxBytes: how.maxBytes ?? maxBytes,
      doubtful,
    };
  }

  return {
    send,
    urlOf(request) {
      const { origin, prefix } = addressFor(request.host);
      return `${origin}${prefix}${targetOf(request)}`;
    },
    close() {
      closing ??= opening?.then((each) => each.close()) ?? Promise.resolve();
      return closing;
    },
  };
}

/** Nobody can tell whether that attempt was carried out. */
function mayHaveDone(failure: Failure): boolean {
  return failure.kind === 'lost' || (failure.kind === 'status' && failure.status !== 429);
}

/**
 * Time limits are exchange.ts's, so undici's are off. Idle connections are given up early: a send written to one that
 * the other side has just closed cannot be told from a send that was carried out.
 */
async function createPools(connections: number): Promise<Dispatcher> {
  const { Agent } = await import('undici');
  return new Agent({
    connections,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
