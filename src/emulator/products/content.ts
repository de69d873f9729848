// Here: content templates and their approval by WhatsApp, WhatsApp senders, and the typing indicator.
// Not here: sending a template (messaging-content.ts keeps the table and checks the variables).
import { metaPage } from '../paging.ts';
import { type Ask, controlRoute, type Product, route } from '../route.ts';
import { created, iso, noContent, notFound, ok, TwilioError } from '../wire.ts';
import { type Content, contents } from './messaging-content.ts';
import { messages } from './messaging-message.ts';

const HOST = 'content.twilio.com';
const MESSAGING = 'messaging.twilio.com';
const ALL = '/v1/Content';

/** The sandbox that every emulated account may send from. */
const SENDER = { sid: `XE${'1'.padStart(32, '0')}`, address: 'whatsapp:+14155238886' };

const approvals = new WeakMap<Content, { readonly name: string; readonly category: string }>();

function contentOf(ask: Ask, name: string): Content {
  const found = contents(ask.world).get(ask.account.sid, ask.param(name));
  if (found === undefined) throw notFound(ask.path);
  return found;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function create(ask: Ask): Content {
  const { json, world, account } = ask;
  if (!isObject(json) || !isObject(json['types']) || typeof json['language'] !== 'string') {
    throw new TwilioError(400, 20_001, 'types and language are required');
  }
  const types = Object.entries(json['types']).map(([name, value]) => [name, isObject(value) ? value : {}]);
  const variables = isObject(json['variables']) ? json['variables'] : {};
  const now = world.clock.now();
  return contents(world).add({
    accountSid: account.sid,
    sid: world.ids.sid('HX'),
    friendlyName: typeof json['friendly_name'] === 'string' ? json['friendly_name'] : '',
    language: json['language'],
    variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])),
    types: Object.fromEntries(types),
    approval: 'unsubmitted',
    createdAt: now,
    updatedAt: now,
  });
}

function show(one: Content): unknown {
  const url = `https://${HOST}${ALL}/${one.sid}`;
  return {
    sid: one.sid,
    account_sid: one.accountSid,
    friendly_name: one.friendlyName,
    language: one.language,
    variables: one.variables,
    types: one.types,
    url,
    date_created: iso(one.createdAt),
    date_updated: iso(one.updatedAt),
    links: { approval_create: `${url}/ApprovalRequests/whatsapp`, approval_fetch: `${url}/ApprovalRequests` },
  };
}

/** WhatsApp takes a while: received, pending after a minute, decided after five. */
function submit(ask: Ask): Content {
  const content = contentOf(ask, 'ContentSid');
  const { json, world } = ask;
  const name = isObject(json) ? json['name'] : undefined;
  const category = isObject(json) ? json['category'] : undefined;
  if (typeof name !== 'string' || !/^[a-z0-9_]+$/.test(name))
    throw new TwilioError(400, 20_001, 'name is invalid');
  if (typeof category !== 'string') throw new TwilioError(400, 20_001, 'category is required');
  if (content.approval !== 'unsubmitted')
    throw new TwilioError(400, 20_001, 'The template was submitted before');
  approvals.set(content, { name, category });
  content.approval = 'received';
  world.clock.after(60, () => {
    if (content.approval === 'received') content.approval = 'pending';
  });
  world.clock.after(300, () => {
    if (content.approval === 'pending') content.approval = 'approved';
  });
  return content;
}

function showApproval(one: Content): object {
  const [type = 'twilio/text'] = Object.keys(one.types);
  const { name = one.friendlyName, category = 'UTILITY' } = approvals.get(one) ?? {};
  const rejected = one.approval === 'rejected' ? 'INVALID_FORMAT' : '';
  return {
    name,
    category,
    content_type: type,
    status: one.approval,
    rejection_reason: rejected,
    allow_category_change: true,
  };
}

function showSender(): unknown {
  return {
    sid: SENDER.sid,
    sender_id: SENDER.address,
    status: 'ONLINE',
    url: `https://${MESSAGING}/v2/Channels/Senders/${SENDER.sid}`,
  };
}

export const content: Product = {
  name: 'content',
  routes: [
    route('POST', HOST, ALL, (ask) => created(show(create(ask)))),
    route('GET', HOST, ALL, (ask) =>
      metaPage(ask, 'contents', contents(ask.world).list(ask.account.sid), show),
    ),
    route('GET', HOST, `${ALL}/{Sid}`, (ask) => ok(show(contentOf(ask, 'Sid')))),
    route('DELETE', HOST, `${ALL}/{Sid}`, (ask) => {
      const { accountSid, sid } = contentOf(ask, 'Sid');
      contents(ask.world).remove(accountSid, sid);
      return noContent();
    }),
    route('POST', HOST, `${ALL}/{ContentSid}/ApprovalRequests/whatsapp`, (ask) =>
      created(showApproval(submit(ask))),
    ),
    route('GET', HOST, `${ALL}/{Sid}/ApprovalRequests`, (ask) => {
      const one = contentOf(ask, 'Sid');
      const whatsapp = { type: 'whatsapp', ...showApproval(one) };
      return ok({
        sid: one.sid,
        account_sid: one.accountSid,
        whatsapp,
        url: `https://${HOST}${ALL}/${one.sid}/ApprovalRequests`,
      });
    }),
    route('GET', MESSAGING, '/v2/Channels/Senders', (ask) => metaPage(ask, 'senders', [SENDER], showSender)),
    route('GET', MESSAGING, '/v2/Channels/Senders/{Sid}', (ask) => {
      if (ask.param('Sid') !== SENDER.sid) throw notFound(ask.path);
      return ok(showSender());
    }),
    route('POST', MESSAGING, '/v2/Indicators/Typing.json', (ask) => {
      const message = messages(ask.world).get(ask.account.sid, ask.form.get('messageId') ?? '');
      if (ask.form.get('channel') !== 'whatsapp')
        throw new TwilioError(400, 20_001, 'channel must be whatsapp');
      if (message === undefined || message.direction !== 'inbound')
        throw new TwilioError(404, 20_404, 'Message not found');
      return ok({ success: true });
    }),
  ],
  control: [
    controlRoute(
      'POST',
      '/contents/{sid}/decision',
      '{approved}: have WhatsApp decide on a template now',
      ({ world, param, body }) => {
        const found = contents(world).get(world.options.accountSid, param('sid'));
        if (found !== undefined) found.approval = body['approved'] === false ? 'rejected' : 'approved';
        return { status: found?.approval ?? 'absent' };
      },
    ),
  ],
};
