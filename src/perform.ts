// THE CORRIDOR. Every door walks it: parse → judge → reserve → send → settle → redact. It holds the only catch of the tool path.
import { attachedIn, fenceStrangers, project, writerOf } from './answer.ts';
import type { Client, How } from './client/client.ts';
import { asCurl } from './client/curl.ts';
import { encode, type WireRequest } from './client/encode.ts';
import { collect, pageRequest } from './client/pages.ts';
import type { Answer } from './client/verdict.ts';
import type { Mode } from './config.ts';
import { type Case, type FactParts, gather } from './facts.ts';
import { withinRows, withRowLimit } from './guards/rows.ts';
import { withTimeLimit } from './guards/spend.ts';
import type { Log } from './log.ts';
import { createOnce, type Earlier } from './once.ts';
import type { Actor } from './operation/actor.ts';
import type { Defaults, Operation, RequestTemplate, Row } from './operation/define.ts';
import { nothingDone, OperationError } from './operation/errors.ts';
import type { Files } from './operation/files.ts';
import type { Frame } from './operation/frame.ts';
import type { Ledgers } from './operation/ledgers.ts';
import { parseInput } from './operation/parse.ts';
import type { Purpose } from './operation/reach.ts';
import { errorOf, failureFrom, type Result, type Success } from './operation/result.ts';
import { isRow, mapRow } from './operation/row.ts';
import { admit, type Covered, type Permit, type PermitParts, permit } from './permit.ts';
import { createRecords } from './record.ts';
import { fence, type Redactor } from './redact.ts';
import type { Keeper } from './secrets/keep.ts';

export interface Call {
  readonly operation: Operation;
  readonly input: unknown;
  /** Who asks: the door, or the person or key behind it. */
  readonly actor: Actor;
  readonly signal?: AbortSignal | undefined;
  /** Part of something larger, such as a mailing: at a full gate single calls go first. */
  readonly bulk?: boolean | undefined;
  readonly progress?: ((done: number, total: number | undefined, message: string) => void) | undefined;
}

export type Perform = (call: Call) => Promise<Result>;

export interface Parts extends Omit<FactParts & PermitParts, 'account' | 'rowsOf'> {
  readonly mode: Mode;
  readonly account: string | undefined;
  /** The kind of credential in use, never the credential. */
  readonly credential: string;
  readonly defaults: Defaults;
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
  readonly frame: Frame;
  /** The input as it came. */
  readonly asked: unknown;
  /** Made by an operation rather than asked for: what it reads is not shown as it is. */
  readonly part: boolean;
  readonly since: Date;
}

/** What a call inherits from the operation it is a part of. */
interface Whole extends Covered {
  readonly purpose: Purpose | undefined;
}

const alone: Whole = { rules: [], shown: [], part: false, purpose: undefined };

export interface Corridor {
  readonly perform: Perform;
  /** Looks whether a request was carried out. Never repeats it. */
  readonly look: (operation: Operation, input: Row, since: Date) => Promise<Row | undefined>;
  /** What the guards would see of a call. Nothing is judged, set aside or sent. */
  readonly lay: (call: Call) => Promise<Case>;
}

export function createCorridor(parts: Parts): Corridor {
  const { mode, client, redactor, log, ledgers } = parts;
  const simulated = mode !== 'live';
  const account = parts.account ?? 'none';
  const records = createRecords({ account, ledgers, log, redactor, now: parts.now });
  const once = createOnce({ account, answers: ledgers.answers, now: parts.now, look: lookFor });
  const judging = { ...parts, account, rowsOf };

  return {
    perform: (call) => walk(call, alone),
    look: lookFor,
    lay: async (call) => gather(prepare(call, alone), judging),
  };

  function prepare(call: Call, whole: Whole): Prepared {
    const parsed = parseInput(call.operation, call.input, parts.defaults);
    const usage = call.operation.costs?.(parsed.input) ?? { kind: 'nothing' as const };
    const timed = withTimeLimit(parsed.input, usage, parts.policy);
    const input = whole.part ? timed : withRowLimit(call.operation, timed, parts.policy);
    const { operation, input: asked, actor, signal, bulk, progress } = call;
    const { purpose = whole.purpose, idempotency_key } = parsed.frame;
    const frame = { purpose, idempotency_key };
    const { part } = whole;
    return { operation, input, actor, signal, bulk, progress, frame, asked, part, since: parts.now() };
  }

  async function walk(call: Call, whole: Whole): Promise<Result> {
    const { operation } = call;
    let prepared: Prepared | undefined;
    let granted: Permit | undefined;
    let claimed = false;
    try {
      prepared = prepare(call, whole);
      const earlier = mode === 'dry-run' ? undefined : await once.first(prepared);
      if (earlier !== undefined) {
        // Whoever may not make the call may not have its answer either.
        admit(prepared, judging);
        return repeated(operation, earlier);
      }
      claimed = true;
      admit(prepared, judging);
      const found = await gather(prepared, judging);
      granted = await permit(found, whole, judging);
      await records.write('about to', prepared);
      const body = await carryOut(prepared, granted.covers);
      return await concluded(prepared, granted, 'done', body);
    } catch (error) {
      if (error instanceof Previewed) {
        await granted?.release();
        return success(operation, error.preview, []);
      }
      return await failed(call, claimed ? prepared : undefined, granted, error);
    }
  }

  /** It was carried out, and is told so: what cannot be written down about it is no reason to have it made again. */
  async function concluded(
    prepared: Prepared,
    granted: Permit | undefined,
    phase: 'done' | 'found',
    body: Row,
  ): Promise<Result> {
    const { operation, actor } = prepared;
    const lost =
      phase === 'found'
        ? ['The answer was lost; looking it up showed that the request was carried out.']
        : [];
    const { asked, part } = prepared;
    const { data, notes } = part
      ? { data: body, notes: [] }
      : withinRows(operation, { asked, data: body }, parts.policy);
    const { result, strangers } = present(operation, data, [...notes, ...lost]);
    try {
      await granted?.settle(body);
      await records.write(phase, prepared, body);
      if (strangers.length > 0) await ledgers.taints.add(actor.name, strangers, parts.now());
      await once.keep(prepared, result.data);
      return result;
    } catch (fault) {
      // Nothing was done that could be made twice, and strangers' words that nobody remembers having shown must not be shown.
      if (operation.effect === 'read') throw fault;
      log.error({ err: fault, operation: operation.name }, 'what was done could not be written down');
      return {
        ...result,
        notes: [...result.notes, 'It was carried out, but this server could not write it down.'],
      };
    }
  }

  /** What went wrong, told; before that, whether it went wrong at all. */
  async function failed(
    { operation }: Call,
    prepared: Prepared | undefined,
    granted: Permit | undefined,
    error: unknown,
  ): Promise<Result> {
    const failure = failureFrom(operation.name, error, simulated);
    if (prepared !== undefined) {
      try {
        const found = await lookForLost(prepared, error);
        if (found) return await concluded(prepared, granted, 'found', found);
        await afterFailure(prepared, granted, error);
      } catch (fault) {
        log.error({ err: fault, operation: operation.name }, 'what went wrong could not be written down');
      }
    }
    if (failure.error.code === 'INTERNAL')
      log.error({ err: error, operation: operation.name }, 'a fault in this server');
    return { ...failure, error: redactor.value({ ...referenceOf(operation), ...failure.error }) };
  }

  async function afterFailure(
    prepared: Prepared,
    granted: Permit | undefined,
    error: unknown,
  ): Promise<void> {
    const { code, details } =
      error instanceof OperationError ? error : { code: 'INTERNAL', details: undefined };
    const undone = nothingDone(error);
    const phase =
      code === 'REFUSED' || code === 'CONFIRMATION_NEEDED' ? 'refused' : undone ? 'failed' : 'unknown';
    await records.write(phase, prepared, { code, rule: details?.rule, twilio_code: details?.twilioCode });
    await (undone ? granted?.release() : granted?.keep());
    if (undone) await once.release(prepared);
    await records.optOut(prepared, details?.twilioCode);
  }

  function repeated(operation: Operation, earlier: Earlier): Result {
    const again = ['Nothing was done again: this is the answer of the first call with this key.'];
    return 'shown' in earlier
      ? success(operation, earlier.shown, again)
      : present(operation, earlier.found, again).result;
  }

  async function carryOut(prepared: Prepared, covers: Covered): Promise<Row> {
    const { operation, input, progress } = prepared;
    const { request } = operation;
    if (request === undefined) return runComposed(prepared, covers);
    if (mode === 'dry-run') throw new Previewed(preview(request, input));
    progress?.(0, 1, `${operation.title}: asking`);
    const { keeps } = operation;
    if (keeps !== undefined) await parts.keeper.ready();
    const answered = await answerTo(request, input, howOf(prepared));
    const body = keeps === undefined ? answered : await parts.keeper.keep(answered, keeps);
    progress?.(1, 1, `${operation.title}: answered`);
    return operation.answer?.(body, input) ?? body;
  }

  function howOf({ operation, input, signal, actor, bulk, since }: Prepared): How {
    const { effect, idempotent } = operation;
    const lookWith = operation.trace?.(input, since).lookWith;
    return { effect, idempotent, signal, lookWith, actor: actor.name, bulk };
  }

  async function answerTo(request: RequestTemplate, input: Row, how: How): Promise<Row> {
    const { account } = parts;
    if (request.list !== undefined)
      return collect({ template: request, input, account, send: (page) => client.send(page, how) });
    return rowOf(request, await client.send(encode(request, input, account), how));
  }

  /** The few operations that are not exactly one request: each request they make walks the corridor by itself. */
  async function runComposed(
    { operation, input, frame, actor, signal, progress }: Prepared,
    covers: Covered,
  ): Promise<Row> {
    if (operation.run === undefined) throw new Error(`${operation.name} has neither request nor run`);
    const whole: Whole = { ...covers, purpose: frame.purpose };
    const stop = signal ?? new AbortController().signal;
    return operation.run(input, {
      signal: stop,
      now: parts.now,
      sleep: (ms) => parts.sleep(ms, stop),
      ledgers: parts.ledgers,
      files: parts.files,
      refresh: parts.refresh,
      look: lookFor,
      account: { sid: account, mode, credential: parts.credential },
      progress: (done, total, message) => progress?.(done, total, message),
      call: async (inner, innerInput) => {
        const bulk = inner.effect === 'send';
        const result = await walk({ operation: inner, input: innerInput, actor, signal, bulk }, whole);
        if (!result.ok) throw errorOf(result);
        if (mode === 'dry-run' && inner.request) throw new Previewed(result.data);
        return result.data;
      },
    });
  }

  /** What would go out, to the letter, with the credentials left out. */
  function preview(request: RequestTemplate, input: Row): Row {
    const wire = request.list
      ? pageRequest({ template: request, input, account: parts.account })
      : encode(request, input, parts.account);
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
    const rows = await rowsOf(trace.request, trace.input).catch(() => []);
    const found = rows.filter(trace.matches);
    return found.length === 1 ? found[0] : undefined;
  }

  async function rowsOf(template: RequestTemplate, input: Row): Promise<readonly Row[]> {
    const send = (page: WireRequest) => client.send(page, { effect: 'read' });
    const answer = await collect({ template, input, account: parts.account, send });
    return Object.values(answer)
      .flatMap((each) => (Array.isArray(each) ? each : []))
      .filter(isRow);
  }

  /** The answer as it is shown, and whose words stand in it. */
  function present(operation: Operation, body: Row, notes: readonly string[] = []) {
    const { data, odd } = project(operation.output, body);
    let boundary: string | undefined;
    const strangers = new Set<string>();
    const fenced = fenceStrangers(operation.output, data, (text, source, row) => {
      strangers.add(writerOf(row));
      boundary ??= parts.id();
      return fence(text, boundary, source);
    });
    const files = attachedIn(operation, body);
    if (files !== undefined && body['direction'] !== 'outbound') strangers.add(writerOf(body));
    const left = odd.length > 0 ? [`Left out, since not as documented: ${odd.join(', ')}.`] : [];
    const told = success(operation, isRow(fenced) ? fenced : {}, [...notes, ...left]);
    const result = files === undefined ? told : { ...told, files };
    return { result, strangers: [...strangers] };
  }

  function success({ name }: Operation, data: Row, notes: readonly string[]): Success {
    return { ok: true, operation: name, data: redactor.value(data), simulated, notes: redactor.value(notes) };
  }
}

function rowOf({ answerHeaders }: RequestTemplate, { body, headers }: Answer): Row {
  // A few providers answer with a bare list.
  const row = isRow(body) ? body : Array.isArray(body) ? { items: body } : {};
  if (answerHeaders === undefined) return row;
  return { ...row, ...mapRow(answerHeaders, (name) => headers[String(name)]) };
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
