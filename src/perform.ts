// THE CORRIDOR. Every door walks it: parse → judge → reserve → send → settle → redact. It holds the only catch of the tool path.
import { fenceStrangers, project } from './answer.ts';
import type { Client } from './client/client.ts';
import { asCurl } from './client/curl.ts';
import { encode, type WireRequest } from './client/encode.ts';
import { collect, pageRequest } from './client/pages.ts';
import type { Mode } from './config.ts';
import { judge, type Policy } from './guards/judge.ts';
import type { Log } from './log.ts';
import type { Actor } from './operation/actor.ts';
import type { Defaults, Operation, RequestTemplate, Row } from './operation/define.ts';
import { OperationError } from './operation/errors.ts';
import type { Files } from './operation/files.ts';
import type { Ledgers } from './operation/ledgers.ts';
import { parseInput } from './operation/parse.ts';
import { errorOf, failureFrom, type Result } from './operation/result.ts';
import { isRow } from './operation/row.ts';
import { fence, maskPhone, type Redactor } from './redact.ts';
import type { Keeper } from './secrets/keep.ts';

export interface Call {
  readonly operation: Operation;
  readonly input: unknown;
  /** Who asks: the door, or the person or key behind it. */
  readonly actor: Actor;
  readonly signal?: AbortSignal | undefined;
  /** Part of something larger, such as a mailing: at a full gate single calls go first. */
  readonly bulk?: boolean;
  readonly progress?: ((done: number, total: number | undefined, message: string) => void) | undefined;
}

export type Perform = (call: Call) => Promise<Result>;

export interface Parts {
  readonly mode: Mode;
  readonly account: string | undefined;
  /** The kind of credential in use, never the credential. */
  readonly credential: string;
  readonly defaults: Defaults;
  readonly policy: Policy;
  readonly client: Client;
  readonly ledgers: Ledgers;
  readonly files: Files;
  readonly redactor: Redactor;
  /** Where secrets go that an answer shows once. */
  readonly keeper: Keeper;
  readonly log: Log;
  readonly now: () => Date;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly id: () => string;
}

/** A call whose input is parsed and filled in. */
interface Prepared extends Call {
  readonly input: Row;
  readonly since: Date;
}

export function createPerform(parts: Parts): Perform {
  const { mode, account, client, redactor, log } = parts;
  const simulated = mode !== 'live';

  return perform;

  async function perform(call: Call): Promise<Result> {
    const { operation } = call;
    let prepared: Prepared | undefined;
    try {
      const input = parseInput(operation, call.input, parts.defaults);
      prepared = { ...call, input, since: parts.now() };
      refuseUnlessAllowed(prepared);
      record('about to', prepared);
      const body = await carryOut(prepared);
      record('done', prepared, body);
      return present(operation, body);
    } catch (error) {
      if (error instanceof Previewed) return success(operation, error.preview, []);
      const found = prepared && (await lookForLost(prepared, error));
      if (prepared && found) {
        record('found', prepared, found);
        return present(operation, found, [
          'The answer was lost; looking it up showed that the request was carried out.',
        ]);
      }
      const failure = failureFrom(operation.name, error, simulated);
      if (prepared) record('failed', prepared, { code: failure.error.code });
      if (failure.error.code === 'INTERNAL')
        log.error({ err: error, operation: operation.name }, 'a fault in this server');
      return { ...failure, error: redactor.value({ ...referenceOf(operation), ...failure.error }) };
    }
  }

  function refuseUnlessAllowed({ operation, actor }: Prepared): void {
    const verdict = judge({ operation, actor }, parts.policy);
    if (verdict.allowed) return;
    throw new OperationError('REFUSED', verdict.reason, { rule: verdict.rule, next: verdict.next });
  }

  /** A line before and after everything that changes something: what, to whom (masked), how it ended. */
  function record(phase: string, { operation, input, actor }: Prepared, { sid, code }: Row = {}): void {
    if (operation.effect === 'read') return;
    const reached = operation.reaches?.(input) ?? [];
    const to = reached.slice(0, 10).map((each) => `${each.channel}:${maskPhone(each.to)}`);
    const recipients = reached.length;
    log.info(
      {
        audit: phase,
        operation: operation.name,
        effect: operation.effect,
        actor: actor.name,
        recipients,
        to,
        sid,
        code,
      },
      phase,
    );
  }

  async function carryOut(prepared: Prepared): Promise<Row> {
    const { operation, input, progress } = prepared;
    const { request } = operation;
    if (request === undefined) return runComposed(prepared);
    if (mode === 'dry-run') throw new Previewed(preview(request, input));
    progress?.(0, 1, `${operation.title}: asking`);
    const { keeps } = operation;
    if (keeps !== undefined) await parts.keeper.ready();
    const answered = await exchange(prepared, request, input);
    const body = keeps === undefined ? answered : await parts.keeper.keep(answered, keeps);
    progress?.(1, 1, `${operation.title}: answered`);
    return operation.answer?.(body, input) ?? body;
  }

  async function exchange(prepared: Prepared, request: RequestTemplate, input: Row): Promise<Row> {
    const { operation, signal, actor, bulk } = prepared;
    const { effect, idempotent, trace } = operation;
    const lookWith = trace?.(input, prepared.since).lookWith;
    const how = { effect, idempotent, signal, lookWith, actor: actor.name, bulk };
    if (request.list !== undefined) {
      return collect({ template: request, input, account, send: (page) => client.send(page, how) });
    }
    const { body, headers } = await client.send(encode(request, input, account), how);
    // A few providers answer with a bare list.
    const row = isRow(body) ? body : Array.isArray(body) ? { items: body } : {};
    const told = Object.entries(request.answerHeaders ?? {}).map(([field, name]) => [field, headers[name]]);
    return { ...row, ...Object.fromEntries(told) };
  }

  /** The few operations that are not exactly one request: each request they make walks the corridor by itself. */
  async function runComposed({ operation, input, actor, signal, progress }: Prepared): Promise<Row> {
    if (operation.run === undefined) throw new Error(`${operation.name} has neither request nor run`);
    const stop = signal ?? new AbortController().signal;
    return operation.run(input, {
      signal: stop,
      now: parts.now,
      sleep: (ms) => parts.sleep(ms, stop),
      ledgers: parts.ledgers,
      files: parts.files,
      look: lookFor,
      account: { sid: account ?? 'none', mode, credential: parts.credential },
      progress: (done, total, message) => progress?.(done, total, message),
      call: async (inner, innerInput) => {
        const result = await perform({
          operation: inner,
          input: innerInput,
          actor,
          signal,
          bulk: inner.effect === 'send',
        });
        if (!result.ok) throw errorOf(result);
        if (mode === 'dry-run' && inner.request) throw new Previewed(result.data);
        return result.data;
      },
    });
  }

  /** What would go out, to the letter, with the credentials left out. */
  function preview(request: RequestTemplate, input: Row): Row {
    const wire = request.list
      ? pageRequest({ template: request, input, account })
      : encode(request, input, account);
    const url = client.urlOf(wire);
    return {
      request: { method: wire.method, url, headers: wire.headers, body: wire.body?.text },
      curl: asCurl(wire, url),
    };
  }

  async function lookForLost(
    { operation, input, since }: Prepared,
    error: unknown,
  ): Promise<Row | undefined> {
    const lost = error instanceof OperationError && error.code === 'OUTCOME_UNKNOWN';
    return lost ? lookFor(operation, input, since) : undefined;
  }

  /** Looks whether a request was carried out. Never repeats it; finding two is finding none. */
  async function lookFor(operation: Operation, input: Row, since: Date): Promise<Row | undefined> {
    const trace = operation.trace?.(input, since);
    if (trace === undefined) return undefined;
    const send = (page: WireRequest) => client.send(page, { effect: 'read' });
    const listing = { template: trace.request, input: trace.input, account, send };
    const answer: Row = await collect(listing).catch(() => ({}));
    const rows = Object.values(answer).flatMap((each) => (Array.isArray(each) ? each : []));
    const found = rows.filter(isRow).filter(trace.matches);
    return found.length === 1 ? found[0] : undefined;
  }

  function present(operation: Operation, body: Row, notes: readonly string[] = []): Result {
    const { data, odd } = project(operation.output, body);
    const boundary = parts.id();
    const fenced = fenceStrangers(operation.output, data, (text, source) => fence(text, boundary, source));
    const left = odd.length > 0 ? [`Left out, since not as documented: ${odd.join(', ')}.`] : [];
    return success(operation, isRow(fenced) ? fenced : {}, [...notes, ...left]);
  }

  function success({ name }: Operation, data: Row, notes: readonly string[]): Result {
    return { ok: true, operation: name, data: redactor.value(data), simulated, notes: redactor.value(notes) };
  }
}

/** Where a reader finds what the operation's errors mean. */
function referenceOf({ page }: Operation) {
  return page === undefined ? {} : { reference: `twilio://references/${page}/errors` };
}

/** In dry-run mode no request leaves: it is thrown to the end of the corridor, out of composed operations too. */
class Previewed extends Error {
  readonly preview: Row;

  constructor(preview: Row) {
    super('dry run');
    this.preview = preview;
  }
}
