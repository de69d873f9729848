// Here: SendGrid v3 as far as mail is sent and suppressed: mail/send, batches, suppressions, groups, templates, senders.
// Not here: marketing campaigns, contacts, webhooks.
import { accounts, type Realm } from '../accounts.ts';
import { type Ask, controlRoute, type Product, route } from '../route.ts';
import { defineTable, type World } from '../state.ts';
import { type Answer, created, noContent, ok, TwilioError } from '../wire.ts';

type Suppressed = {
  readonly accountSid: string;
  readonly sid: string;
  readonly kind: string;
  readonly email: string;
  readonly reason: string;
  readonly createdAt: number;
};
type Group = {
  readonly accountSid: string;
  readonly sid: string;
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly members: Set<string>;
};
type Batch = { readonly accountSid: string; readonly sid: string; status: string | null };

const suppressed = defineTable<Suppressed>('email suppressions');
const groups = defineTable<Group>('email groups');
const batches = defineTable<Batch>('email batches');

const HOST = 'api.sendgrid.com';

/** The one key this SendGrid knows; made of repetition, so that nobody takes it for a real one. */
export const EMULATED_SENDGRID_KEY = ['SG', 'e'.repeat(22), 'e'.repeat(43)].join('.');

const VERIFIED = 'shop@example.com';
const KINDS = ['bounces', 'blocks', 'spam_reports', 'invalid_emails', 'unsubscribes'] as const;
const MOST_AHEAD_SECONDS = 72 * 3600;

const realm: Realm = {
  authenticate(world, headers) {
    const [account] = accounts(world)
      .all()
      .filter((one) => one.sid === world.options.accountSid);
    if (headers.get('authorization') !== `Bearer ${EMULATED_SENDGRID_KEY}` || account === undefined) {
      throw new TwilioError(401, 0, 'The provided authorization grant is invalid, expired, or revoked');
    }
    return account;
  },
  refuse({ status, message }): Answer {
    const [, field = null, words = message] = /^([\w.]+): (.*)$/.exec(message) ?? [];
    return { status, body: { errors: [{ message: words, field, help: null }] } };
  },
};

/** SendGrid names the field of each fault; it travels before the colon. */
function bad(field: string, message: string): TwilioError {
  return new TwilioError(400, 0, `${field}: ${message}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bodyOf(ask: Ask): Record<string, unknown> {
  if (!isObject(ask.json)) throw bad('body', 'Bad Request: the body is not JSON');
  return ask.json;
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function addressesOf(value: unknown, field: string): string[] {
  return listOf(value).map(({ email }, index) => {
    if (typeof email !== 'string' || !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
      throw bad(`${field}.${index}.email`, 'Does not contain a valid address.');
    }
    return email;
  });
}

function sendMail(ask: Ask): Answer {
  const body = bodyOf(ask);
  const { world } = ask;
  const personalizations = listOf(body['personalizations']);
  if (personalizations.length === 0)
    throw bad(
      'personalizations',
      'The personalizations field is required and must have at least one personalization.',
    );
  const from = isObject(body['from']) ? body['from']['email'] : undefined;
  if (typeof from !== 'string')
    throw bad('from.email', 'The from object must be provided for every email send.');
  if (from !== VERIFIED)
    throw new TwilioError(403, 0, 'from: The from address does not match a verified Sender Identity.');
  const hasTemplate = typeof body['template_id'] === 'string';
  if (!hasTemplate && listOf(body['content']).length === 0)
    throw bad('content', 'Unless a valid template_id is provided, the content parameter is required.');
  if (!hasTemplate && typeof body['subject'] !== 'string') throw bad('subject', 'The subject is required.');
  const sendAt = body['send_at'];
  if (typeof sendAt === 'number' && sendAt > world.clock.now() / 1000 + MOST_AHEAD_SECONDS) {
    throw bad('send_at', 'Scheduling more than 72 hours in advance is forbidden.');
  }
  const people = personalizations.flatMap((each, index) =>
    ['to', 'cc', 'bcc'].flatMap((key) => addressesOf(each[key], `personalizations.${index}.${key}`)),
  );
  const sandbox =
    isObject(body['mail_settings']) &&
    isObject(body['mail_settings']['sandbox_mode']) &&
    body['mail_settings']['sandbox_mode']['enable'] === true;
  if (sandbox) return { status: 200 };
  const id = world.ids.hex(22);
  const delay = typeof sendAt === 'number' ? Math.max(1, sendAt - world.clock.now() / 1000) : 1;
  const batch = body['batch_id'];
  world.clock.after(delay, () => deliver(world, { id, from, people, body, batch }));
  return { status: 202, headers: { 'x-message-id': id } };
}

type Mail = {
  readonly id: string;
  readonly from: string;
  readonly people: readonly string[];
  readonly body: Record<string, unknown>;
  readonly batch: unknown;
};

function deliver(world: World, { id, from, people, body, batch }: Mail): void {
  const { accountSid } = world.options;
  if (typeof batch === 'string' && batches(world).get(accountSid, batch)?.status) return;
  const refused = new Set(
    suppressed(world)
      .list(accountSid)
      .map(({ email }) => email),
  );
  for (const to of people) {
    if (refused.has(to)) continue;
    if (world.phones.get(to).delivery !== 'delivered') {
      suppress(world, 'bounces', to, '550 5.1.1 The email account does not exist');
      continue;
    }
    const text = listOf(body['content'])[0]?.['value'];
    const words = `${String(body['subject'] ?? '')}\n${typeof text === 'string' ? text : JSON.stringify(body['template_id'])}`;
    world.phones.receive(to, { kind: 'email', sid: id, from, body: words, media: [], at: world.clock.now() });
  }
}

function suppress(world: World, kind: string, email: string, reason: string): void {
  const { accountSid } = world.options;
  suppressed(world).add({
    accountSid,
    sid: `${kind} ${email}`,
    kind,
    email,
    reason,
    createdAt: world.clock.now(),
  });
}

function suppressionRoutes(kind: (typeof KINDS)[number]) {
  const path = `/v3/suppression/${kind}`;
  const show = ({ email, reason, createdAt }: Suppressed) => ({
    created: Math.floor(createdAt / 1000),
    email,
    reason,
    status: '5.1.1',
  });
  return [
    route('GET', HOST, path, (ask) =>
      ok(
        suppressed(ask.world)
          .list(ask.account.sid, (one) => one.kind === kind)
          .map(show),
      ),
    ),
    route('DELETE', HOST, `${path}/{email}`, (ask) => {
      if (!suppressed(ask.world).remove(ask.account.sid, `${kind} ${ask.param('email')}`))
        throw new TwilioError(404, 0, 'resource not found');
      return noContent();
    }),
  ];
}

function groupOf(ask: Ask): Group {
  const [found] = groups(ask.world).list(ask.account.sid, (one) => String(one.id) === ask.param('group_id'));
  if (found === undefined) throw new TwilioError(404, 0, 'Suppression group not found');
  return found;
}

function showGroup({ id, name, description, members }: Group): unknown {
  return { id, name, description, last_email_sent_at: null, is_default: false, unsubscribes: members.size };
}

export const email: Product = {
  name: 'email',
  realm,
  routes: [
    route('POST', HOST, '/v3/mail/send', sendMail),
    route('POST', HOST, '/v3/mail/batch', (ask) => {
      const batch = batches(ask.world).add({
        accountSid: ask.account.sid,
        sid: ask.world.ids.hex(24),
        status: null,
      });
      return created({ batch_id: batch.sid });
    }),
    route('GET', HOST, '/v3/user/scheduled_sends', (ask) =>
      ok(
        batches(ask.world)
          .list(ask.account.sid, ({ status }) => status !== null)
          .map(({ sid, status }) => ({ batch_id: sid, status })),
      ),
    ),
    route('POST', HOST, '/v3/user/scheduled_sends', (ask) => {
      const { batch_id: id, status } = bodyOf(ask);
      const batch = batches(ask.world).get(ask.account.sid, String(id));
      if (batch === undefined) throw bad('batch_id', 'invalid batch id');
      if (status !== 'cancel' && status !== 'pause') throw bad('status', 'status must be cancel or pause');
      batch.status = status;
      return created({ batch_id: batch.sid, status });
    }),
    ...KINDS.flatMap(suppressionRoutes),
    route('GET', HOST, '/v3/asm/groups', (ask) => ok(groups(ask.world).list(ask.account.sid).map(showGroup))),
    route('POST', HOST, '/v3/asm/groups', (ask) => {
      const { name, description } = bodyOf(ask);
      if (typeof name !== 'string' || typeof description !== 'string')
        throw bad('name', 'name and description are required');
      const id = groups(ask.world).all().length + 1;
      return created(
        showGroup(
          groups(ask.world).add({
            accountSid: ask.account.sid,
            sid: String(id),
            id,
            name,
            description,
            members: new Set(),
          }),
        ),
      );
    }),
    route('POST', HOST, '/v3/asm/groups/{group_id}/suppressions', (ask) => {
      const { recipient_emails: given } = bodyOf(ask);
      const group = groupOf(ask);
      const addresses = Array.isArray(given) ? given.map(String) : [];
      for (const address of addresses) group.members.add(address);
      return created({ recipient_emails: addresses });
    }),
    route('GET', HOST, '/v3/templates', () =>
      ok({
        result: [
          {
            id: `d-${'1'.padStart(32, '0')}`,
            name: 'Receipt',
            generation: 'dynamic',
            updated_at: '2026-11-02 09:00:00',
            versions: [],
          },
        ],
        _metadata: { count: 1 },
      }),
    ),
    route('GET', HOST, '/v3/verified_senders', () =>
      ok({
        results: [
          {
            id: 1,
            nickname: 'Shop',
            from_email: VERIFIED,
            from_name: 'Example Shop',
            verified: true,
            locked: false,
          },
        ],
      }),
    ),
  ],
  control: [
    controlRoute(
      'POST',
      '/email/suppressions',
      '{email, kind?}: put an address on a suppression list',
      ({ world, body }) => {
        const { email: address, kind } = body;
        const known = KINDS.find((one) => one === kind) ?? 'unsubscribes';
        suppress(world, known, String(address), 'the person asked for it');
        return { email: address, kind: known };
      },
    ),
  ],
};
