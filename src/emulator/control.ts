// Here: the control door's own routes under /_emulator: clock, faults, phones, logs, reset; and reading its JSON.
// Not here: what products add to it (their `control`), and the door's wiring (emulator.ts).
import { FAULT_KINDS, type Fault } from './faults.ts';
import type { Phone } from './phones.ts';
import { type ControlRoute, controlRoute } from './route.ts';
import type { Row } from './state.ts';
import { iso } from './wire.ts';

/** A wrong request to the control door, answered with 400 and the reason. */
export class ControlError extends Error {}

const DELIVERIES: readonly Phone['delivery'][] = ['delivered', 'undelivered', 'failed', 'sent'];
const ANSWERS: readonly Phone['answers'][] = ['yes', 'no', 'busy', 'machine'];
const LINES: readonly Phone['line'][] = ['mobile', 'landline', 'voip', 'toll-free'];

export const CORE_CONTROL: readonly ControlRoute[] = [
  controlRoute('GET', '/', 'that this is the emulator, its clock, its account, its mishaps', ({ world }) => ({
    simulated: true,
    now: iso(world.clock.now()),
    clock: world.clock.mode,
    pending_timers: world.clock.pending(),
    account_sid: world.options.accountSid,
    mishaps: world.mishaps,
  })),
  controlRoute(
    'GET',
    '/state',
    'every table with its rows, secrets masked (?table=name for one)',
    ({ world, query }) => {
      const wanted = query.get('table');
      const tables = [...world.tables].filter(([name]) => wanted === undefined || wanted === name);
      return Object.fromEntries(tables.map(([name, { rows }]) => [name, rows().map(masked)]));
    },
  ),
  controlRoute(
    'GET',
    '/callbacks',
    'webhooks sent, with every attempt, oldest first (?kind=)',
    ({ world, query }) => {
      const kind = query.get('kind');
      return { callbacks: world.callbacks.log().filter((one) => kind === undefined || one.kind === kind) };
    },
  ),
  controlRoute(
    'POST',
    '/clock/advance',
    '{seconds}: run what falls due until then',
    async ({ world, body }) => {
      await world.clock.advance(positive(body, 'seconds'));
      return { now: iso(world.clock.now()), pending_timers: world.clock.pending() };
    },
  ),
  controlRoute('GET', '/faults', 'faults still waiting', ({ world }) => ({ faults: world.faults.list() })),
  controlRoute(
    'POST',
    '/faults',
    '{kind, method?, host?, path?, times?, status?, code?, message?, retry_after?, pause_ms?}: spoil the next request that fits',
    ({ world, body }) => {
      world.faults.add(readFault(body));
      return { faults: world.faults.list() };
    },
  ),
  controlRoute('DELETE', '/faults', 'forget all faults', ({ world }) => {
    world.faults.clear();
    return { faults: [] };
  }),
  controlRoute('GET', '/phones', 'phones that were set up or reached', ({ world }) => ({
    phones: world.phones.known().map(showPhone),
  })),
  controlRoute('GET', '/phones/{number}', 'how a phone behaves', ({ world, param }) =>
    showPhone(world.phones.get(param('number'))),
  ),
  controlRoute(
    'POST',
    '/phones/{number}',
    '{delivery?, error_code?, answers?, line?, verified?}: how a phone behaves from now on',
    ({ world, param, body }) => {
      const phone = world.phones.get(param('number'));
      phone.delivery = oneOf(body, 'delivery', DELIVERIES) ?? phone.delivery;
      phone.answers = oneOf(body, 'answers', ANSWERS) ?? phone.answers;
      phone.line = oneOf(body, 'line', LINES) ?? phone.line;
      if ('error_code' in body)
        phone.errorCode = body['error_code'] === null ? undefined : positive(body, 'error_code');
      if (typeof body['verified'] === 'boolean') phone.isVerified = body['verified'];
      return showPhone(phone);
    },
  ),
  controlRoute(
    'GET',
    '/phones/{number}/messages',
    'what reached a phone, oldest first',
    ({ world, param }) => ({
      messages: world.phones
        .get(param('number'))
        .received.filter(({ kind }) => kind !== 'call')
        .map(({ at, ...rest }) => ({ ...rest, at: iso(at) })),
    }),
  ),
];

/** The account may be configured with a real token: it is compared, never shown. */
function masked(row: Row): unknown {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, /token|secret/i.test(name) ? '***' : value]),
  );
}

function showPhone({ number, delivery, errorCode, answers, line, isVerified, received }: Phone): unknown {
  const error_code = errorCode ?? null;
  return { number, delivery, error_code, answers, line, verified: isVerified, received: received.length };
}

function readFault(body: Readonly<Record<string, unknown>>): Fault {
  const kind = oneOf(body, 'kind', FAULT_KINDS);
  if (kind === undefined) throw new ControlError(`kind is needed: one of ${FAULT_KINDS.join(', ')}.`);
  const text = (name: string): Record<string, string> => {
    const value = optionalText(body, name);
    return value === undefined ? {} : { [name]: value };
  };
  const number = (name: string, as: string): Record<string, number> =>
    body[name] === undefined ? {} : { [as]: positive(body, name) };
  return {
    kind,
    times: body['times'] === undefined ? 1 : positive(body, 'times'),
    ...text('method'),
    ...text('host'),
    ...text('path'),
    ...text('message'),
    ...number('status', 'status'),
    ...number('code', 'code'),
    ...number('retry_after', 'retryAfter'),
    ...number('pause_ms', 'pause'),
  };
}

export function requiredText(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = optionalText(body, name);
  if (value === undefined) throw new ControlError(`${name} is needed.`);
  return value;
}

export function optionalText(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new ControlError(`${name} must be a string.`);
  return value;
}

export function textList(body: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = body[name] ?? [];
  if (!Array.isArray(value)) throw new ControlError(`${name} must be a list of strings.`);
  return value.map((one: unknown) => {
    if (typeof one !== 'string') throw new ControlError(`${name} must be a list of strings.`);
    return one;
  });
}

function positive(body: Readonly<Record<string, unknown>>, name: string): number {
  const value = body[name];
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new ControlError(`${name} must be a number of 0 or more.`);
  }
  return value;
}

export function oneOf<T extends string>(
  body: Readonly<Record<string, unknown>>,
  name: string,
  known: readonly T[],
): T | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  const found = known.find((one) => one === value);
  if (found === undefined) throw new ControlError(`${name} must be one of ${known.join(', ')}.`);
  return found;
}
