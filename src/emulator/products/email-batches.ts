// Here: batches of scheduled email, and how they are cancelled, paused and let go again.
// Not here: what a send must look like (email-send.ts).
import { type Ask, type Route, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { created, noContent, ok } from '../wire.ts';
import { type Mail, process } from './email-delivery.ts';
import { absent, bad, bodyOf, HOST, type Json } from './email-wire.ts';

type Batch = {
  readonly accountSid: string;
  readonly sid: string;
  status: 'cancel' | 'pause' | undefined;
  stoppedAt: number;
  /** Fell due while paused. */
  held: { readonly mail: Mail; readonly due: number }[];
};

const batches = defineTable<Batch>('email batches');

const ALL = '/v3/user/scheduled_sends';
const ONE = `${ALL}/{batch_id}`;
const MOST_STOPPED = 10;
/** A batch stopped later than this before its time still goes out. */
const NOTICE_MS = 10 * 60_000;
const KEPT_PAUSED_MS = 72 * 3_600_000;

export function batchExists(world: World, id: string): boolean {
  return batches(world).get(world.options.accountSid, id) !== undefined;
}

export function schedule(world: World, batchId: string, mail: Mail, due: number): void {
  world.clock.at(due, () => {
    const batch = batches(world).get(world.options.accountSid, batchId);
    const inTime = batch !== undefined && batch.stoppedAt <= due - NOTICE_MS;
    if (batch?.status === undefined || !inTime) process(world, mail);
    else if (batch.status === 'pause') batch.held.push({ mail, due });
  });
}

function stopped(ask: Ask): Batch[] {
  return batches(ask.world).list(ask.account.sid, ({ status }) => status !== undefined);
}

function stoppedOne(ask: Ask): Batch {
  const found = stopped(ask).find(({ sid }) => sid === ask.param('batch_id'));
  if (found === undefined) throw absent();
  return found;
}

function statusOf(body: Json): 'cancel' | 'pause' {
  const { status } = body;
  if (status === 'cancel' || status === 'pause') return status;
  throw bad('status', 'status must be either cancel or pause');
}

function stop(ask: Ask): Batch {
  const body = bodyOf(ask);
  const batch = batches(ask.world).get(ask.account.sid, String(body['batch_id']));
  if (batch === undefined) throw bad('batch_id', 'invalid batch id');
  if (batch.status !== undefined) throw bad('batch_id', 'a status has already been set for this batch id');
  const status = statusOf(body);
  if (stopped(ask).length >= MOST_STOPPED)
    throw bad(null, `at most ${MOST_STOPPED} batches can be cancelled or paused at a time`);
  batch.status = status;
  batch.stoppedAt = ask.world.clock.now();
  return batch;
}

function show({ sid, status }: Batch): Json {
  return { batch_id: sid, status };
}

export const batchRoutes: readonly Route[] = [
  route('POST', HOST, '/v3/mail/batch', (ask) => {
    const batch = batches(ask.world).add({
      accountSid: ask.account.sid,
      sid: ask.world.ids.hex(32),
      status: undefined,
      stoppedAt: Number.POSITIVE_INFINITY,
      held: [],
    });
    return created({ batch_id: batch.sid });
  }),
  route('GET', HOST, '/v3/mail/batch/{batch_id}', (ask) => {
    const batch_id = ask.param('batch_id');
    if (!batchExists(ask.world, batch_id)) throw bad('null', 'invalid batch id');
    return ok({ batch_id });
  }),
  route('GET', HOST, ALL, (ask) => ok(stopped(ask).map(show))),
  route('POST', HOST, ALL, (ask) => created(show(stop(ask)))),
  route('GET', HOST, ONE, (ask) =>
    ok(
      stopped(ask)
        .filter(({ sid }) => sid === ask.param('batch_id'))
        .map(show),
    ),
  ),
  route('PATCH', HOST, ONE, (ask) => {
    const batch = stoppedOne(ask);
    batch.status = statusOf(bodyOf(ask));
    if (batch.status === 'cancel') batch.held = [];
    return noContent();
  }),
  route('DELETE', HOST, ONE, (ask) => {
    const batch = stoppedOne(ask);
    const { held } = batch;
    batch.status = undefined;
    batch.stoppedAt = Number.POSITIVE_INFINITY;
    batch.held = [];
    for (const { mail, due } of held)
      if (ask.world.clock.now() <= due + KEPT_PAUSED_MS) process(ask.world, mail);
    return noContent();
  }),
];
