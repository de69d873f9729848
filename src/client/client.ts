// How Twilio is asked: one request in, one answer or one error out, with retries, time limits and cancellation on the way.
// What to ask is encode.ts, one attempt is exchange.ts, whether to repeat is retry.ts, what to say of a failure is failure.ts.
import type { Dispatcher } from 'undici';
import type { Host } from '../operation/define.ts';
import type { Effect } from '../operation/effect.ts';
import type { CredentialSource, Credentials } from './credentials.ts';
import { targetOf, type WireRequest } from './encode.ts';
import { type Exchange, exchange, type Outgoing } from './exchange.ts';
import * as failures from './failure.ts';
import { createGates } from './gates.ts';
import { type Address, addressOf, type Place } from './hosts.ts';
import { createTokens } from './oauth.ts';
import { createProver, type Proven } from './proof.ts';
import { decide, maxRetryAfterMs, parseRetryAfter } from './retry.ts';
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
  /** Requests to one host at the same time, to begin with and while all goes well. */
  readonly atOnce?: number;
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
  readonly elapsed: () => number;
}

/** A turn at the gate, and what to show behind it. */
interface Pass {
  readonly proof: Proven;
  readonly leave: () => void;
}

interface Attempt {
  readonly result: Exchange;
  readonly proof: Proven;
}

const contentTypes = { form: 'application/x-www-form-urlencoded', json: 'application/json' } as const;

/** A delete whose earlier attempt removed the thing, and whose answer was lost. */
const alreadyGone: Answer = { status: 204, body: {}, headers: {} };

export function createClient(options: ClientOptions): Client {
  const { now, sleep, maxBytes = 10_000_000, atOnce = 20, alarm = setAlarm } = options;
  const { atMost = Math.max(64, atOnce) } = options;
  let pools = options.dispatcher;
  let opening: Promise<Dispatcher> | undefined;
  let closing: Promise<void> | undefined;
  const gates = createGates({ atOnce, atMost, now, sleep });
  // Asked for on behalf of everybody who waits for it, so no single caller's signal ends it.
  const tokens = createTokens(async (request) => (await send(request, { effect: 'read' })).body, now);
  const prover = createProver(options.credentials, tokens);
  const addresses = new Map<Host, Address>();

  async function send(request: WireRequest, how: How): Promise<Answer> {
    const { timeoutMs = options.timeoutMs ?? 30_000, deadlineMs = options.deadlineMs ?? 60_000 } = how;
    const started = now().getTime();
    const job: Job = { request, how, timeoutMs, deadlineMs, elapsed: () => now().getTime() - started };
    let doubtful = false;
    let refused: string | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const about = circumstances(job, doubtful);
      const { result, proof } = await takeTurn(job, about, refused);
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
      const decision = decide({
        ...about,
        attempt,
        failure,
        elapsedMs: job.elapsed(),
        deadlineMs,
        random: options.random,
      });
      if (!decision.retry) throw error;
      doubtful ||= failure.kind === 'lost' || (failure.kind === 'status' && failure.status !== 429);
      if (failure.kind === 'status') holdBack(request.host, failure.retryAfter);
      await pause(decision.afterMs, how.signal, () =>
        failures.cancelled(circumstances(job, doubtful), doubtful),
      );
    }
  }

  /** Gets a turn at the host's gate, then makes one attempt within what is left of the time. */
  async function takeTurn(
    job: Job,
    about: failures.Circumstances,
    refused: string | undefined,
  ): Promise<Attempt> {
    const { request, how } = job;
    const { signal, raw } = how;
    const proving = prover.prove(request.host, refused);
    const { proof, leave } = passAtOnce(job, proving) ?? (await waitToPass(job, about, proving));
    try {
      const timeoutMs = Math.max(1, Math.min(job.timeoutMs, job.deadlineMs - job.elapsed()));
      const bounds = { signal, timeoutMs, maxBytes: about.maxBytes, alarm, raw };
      const result = await exchange(pools ?? (await connections()), outgoing(request, proof.header), bounds);
      gates.heed(request, result);
      return { result, proof };
    } finally {
      leave();
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
    const limit = within(job.deadlineMs - job.elapsed(), how.signal, alarm);
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
  async function connections(): Promise<Dispatcher> {
    opening ??= createPools(atMost);
    pools ??= await opening;
    return pools;
  }

  function outgoing(request: WireRequest, authorization: string | undefined): Outgoing {
    const { origin, prefix } = addressFor(request.host);
    const { method, body } = request;
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': options.userAgent };
    if (body !== undefined) headers['content-type'] = contentTypes[body.type];
    Object.assign(headers, request.headers);
    if (authorization !== undefined) headers['authorization'] = authorization;
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

  async function pause(ms: number, signal: AbortSignal | undefined, cancelled: () => Error): Promise<void> {
    try {
      await sleep(ms, signal);
    } catch (error) {
      throw signal?.aborted ? cancelled() : error;
    }
  }

  function circumstances({ request, how, timeoutMs }: Job, doubtful: boolean): failures.Circumstances {
    const { effect, idempotent = false, lookWith } = how;
    const explain = options.explain ?? (() => undefined);
    return {
      host: request.host,
      effect,
      idempotent,
      lookWith,
      explain,
      now: now(),
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
