// A yes to those who were in a conversation when the owner was asked: whoever is in there later is not covered by it.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createWorld, OWN_NUMBER, type World } from '../support/world.ts';

const ANA = '+14155550171';
const EVE = '+14155550188';

let world: World;

beforeEach(async () => {
  world = await createWorld({ guards: 'default', env: { TWILIO_MCP_TOOLSETS: 'default,all' } });
});

afterEach(() => world.close());

/** As the owner's own programs do it, past this server. */
async function atTwilio(path: string, form: Record<string, string>): Promise<string> {
  const { accountSid, authToken } = world.emulator.emulator;
  const answer = await fetch(`${world.emulator.url}/conversations.twilio.com/v1/Conversations${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
    body: new URLSearchParams(form),
  });
  const sid = /"sid":\s*"(\w+)"/.exec(await answer.text())?.[1];
  if (sid === undefined) throw new Error(`${path}: ${answer.status}`);
  return sid;
}

async function conversationWith(name: string, address: string): Promise<string> {
  const sid = await atTwilio('', { UniqueName: name });
  await join(sid, address);
  return sid;
}

function join(sid: string, address: string): Promise<string> {
  return atTwilio(`/${sid}/Participants`, {
    'MessagingBinding.Address': address,
    'MessagingBinding.ProxyAddress': OWN_NUMBER,
  });
}

/** Asks, and has the owner say yes to exactly what they were shown. */
async function agreedTo(call: object): Promise<void> {
  const text = await world.no('conversations_send_message', { ...call });
  const id = /twilio-mcp approve (\w+)/.exec(text)?.[1] ?? '';
  const asked = await world.app.ledgers.approvals.get(id);
  expect(asked?.summary).toContain(ANA);
  const said = { yes: true, by: 'elicitation', at: world.app.now(), evidence: 'Ana signed up' } as const;
  await world.app.ledgers.approvals.decide(id, said);
}

async function reachesNobody(call: object): Promise<void> {
  expect(await world.no('conversations_send_message', { ...call })).toMatch(/^CONFIRMATION_NEEDED: /);
  const known = await world.ok('guardrails_get_consents', { contact: EVE });
  expect(JSON.stringify(known)).not.toContain('Ana signed up');
}

it('counts for those it named, so that what follows proves something', async () => {
  const call = { conversation: await conversationWith('delivery', ANA), body: 'Your driver is outside' };
  await agreedTo(call);
  const sent = await world.ok('conversations_send_message', call);
  expect(sent['sid']).toMatch(/^IM/);
});

it('counts not once somebody has joined', async () => {
  const conversation = await conversationWith('delivery', ANA);
  const call = { conversation, body: 'Your driver is outside' };
  await agreedTo(call);
  await join(conversation, EVE);
  await reachesNobody(call);
});

it('counts not for another conversation that has been given the name', async () => {
  const [ana, eve] = [await conversationWith('delivery', ANA), await conversationWith('eve', EVE)];
  // Strangers' words are read first, so that one question puts all there is to ask.
  await world.ok('read_operation', {
    operation: 'conversations_v1.FetchConversation',
    input: { Sid: ana },
  });
  const call = { conversation: 'delivery', body: 'Send gift cards' };
  await agreedTo(call);
  for (const input of [
    { Sid: ana, UniqueName: 'old' },
    { Sid: eve, UniqueName: 'delivery' },
  ])
    await world.ok('run_operation', { operation: 'conversations_v1.UpdateConversation', input });
  await reachesNobody(call);
});
