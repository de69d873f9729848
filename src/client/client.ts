// How Twilio is asked: one request in, one answer or one error out, with retries, time limits and cancellation on the way.
// What to ask is encode.ts, one attempt is exchange.ts, whether to repeat is retry.ts, what to say of a failure is failure.ts.
import type { Dispatcher } from 'undici';
import type { Host } from '../operation/define.ts';
import type { Effect } from '../operation/effect.ts';
import { authorize, type CredentialSource, type Credentials } from './credentials.ts';
import { targetOf, type WireRequest } from './encode.ts';
import { type Exchange, exchange, type Outgoing } from './exchange.ts';
import * as failures from './failure.ts';
import { createGates } from './gates.ts';
import { addressOf, type Place } from './hosts.ts';
import { createTokens } from './oauth.ts';
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
  /** Requests to one host at the same time. */
  readonly atOnce?: number;
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

interface Proven {
  readonly header?: string;
  /** The access token in it, if it is by OAuth. */
  readonly token?: string;
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
  let pools: Promise<Dispatcher> | undefined;
  let closing: Promise<void> | undefined;
  const gates = createGates({ atOnce, now, sleep });
  // Asked for on behalf of everybody who waits for it, so no single caller's signal ends it.
  const tokens = createTokens(async (request) => (await send(request, { effect: 'read' })).body, now);

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
      if (turnedDown && refused === undefined && (await renewed(request.host, proof))) {
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

  /** Waits for a turn at the host's gate, then makes one attempt within what is left of the time. */
  async function takeTurn(
    job: Job,
    about: failures.Circumstances,
    refused: string | undefined,
  ): Promise<Attempt> {
    const { request, how } = job;
    const limit = within(job.deadlineMs - job.elapsed(), how.signal, alarm);
    let leave: () => void;
    let proof: Proven | undefined;
    try {
      proof = await unlessAborted(prove(request.host, refused), limit.signal);
      const { actor: who, bulk } = how;
      leave = await gates.enter(request, { who, bulk, signal: limit.signal });
    } catch (error) {
      if (!limit.signal.aborted) throw error;
      if (how.signal?.aborted) throw failures.cancelled(about, about.doubtful);
      throw proof === undefined ? failures.neverGotProof(about) : failures.neverGotATurn(about);
    } finally {
      limit.release();
    }
    try {
      const timeoutMs = Math.max(1, Math.min(job.timeoutMs, job.deadlineMs - job.elapsed()));
      const result = await exchange(await connections(), outgoing(request, proof.header), {
        signal: how.signal,
        timeoutMs,
        maxBytes: how.maxBytes ?? maxBytes,
        alarm,
        raw: how.raw,
      });
      gates.heed(request, result);
      return { result, proof };
    } finally {
      leave();
    }
  }

  /** Loaded with the first request: a server that has only listed its tools should not have waited for it. */
  async function connections(): Promise<Dispatcher> {
    if (options.dispatcher !== undefined) return options.dispatcher;
    pools ??= createPools(atOnce);
    return pools;
  }

  async function prove(host: Host, refused: string | undefined): Promise<Proven> {
    const given = options.credentials;
    const authorization = authorize(host, typeof given === 'function' ? await given() : given);
    if (authorization.kind === 'none') return {};
    if (authorization.kind === 'header') return { header: authorization.value };
    const token = await tokens.get(authorization.client, refused);
    return { header: `Bearer ${token}`, token };
  }

  /** Whether there may be a better proof than the one that was turned down: a new token, or a secret changed in its vault. */
  async function renewed(host: Host, { header, token }: Proven): Promise<boolean> {
    if (token !== undefined) return true;
    const given = options.credentials;
    if (header === undefined || typeof given !== 'function') return false;
    const authorization = authorize(host, await given(true));
    return (
      authorization.kind === 'oauth' || (authorization.kind === 'header' && authorization.value !== header)
    );
  }

  function outgoing(request: WireRequest, authorization: string | undefined): Outgoing {
    const { origin, prefix } = addressOf(request.host, options);
    const headers = {
      accept: 'application/json',
      'user-agent': options.userAgent,
      ...(request.body !== undefined && { 'content-type': contentTypes[request.body.type] }),
      ...request.headers,
      ...(authorization !== undefined && { authorization }),
    };
    return {
      origin,
      target: `${prefix}${targetOf(request)}`,
      method: request.method,
      headers,
      body: request.body?.text,
    };
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
      const { origin, prefix } = addressOf(request.host, options);
      return `${origin}${prefix}${targetOf(request)}`;
    },
    close() {
      closing ??= pools?.then((each) => each.close()) ?? Promise.resolve();
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
