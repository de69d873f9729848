// A world whose server hears: webhooks at a port, the emulated number pointed at it, and a person who writes and calls.
import { listen } from '../../src/webhooks/listen.ts';
import type { Receiver } from '../../src/webhooks/receiver.ts';
import { createWorld, OWN_NUMBER, PERSON, type Row, type World, type WorldOptions } from './world.ts';

export interface HearingWorld extends World {
  /** Where webhooks go. */
  readonly url: string;
  /** The person texts; all that follows from it is done when this is. */
  readonly texts: (body: string, more?: Row) => Promise<Row>;
}

/** `TWILIO_MCP_PUBLIC_URL: 'here'`: it knows where it is heard. */
export async function createHearingWorld(options: WorldOptions = {}): Promise<HearingWorld> {
  // The port is taken before the server knows its own address.
  let receive: Receiver = async () => new Response(null, { status: 503 });
  const heard = await listen((request, from) => receive(request, from), { host: '127.0.0.1', port: 0 });
  const named = options.env?.['TWILIO_MCP_PUBLIC_URL'] === 'here' ? { TWILIO_MCP_PUBLIC_URL: heard.url } : {};
  const env = { TWILIO_MCP_WEBHOOKS: 'true', ...options.env, ...named };
  const world = await createWorld({ ...options, env });
  receive = world.app.inbound.receive;
  const url = `${heard.url}/webhooks/twilio`;
  await pointNumberAt(world, { SmsUrl: url, VoiceUrl: url, StatusCallback: url });
  return {
    ...world,
    url,
    texts: async (body, more = {}) => {
      const told = await world.control('POST', `/phones/${PERSON}/messages`, {
        to: OWN_NUMBER,
        body,
        ...more,
      });
      await world.advance(5);
      return told;
    },
    close: async () => {
      await heard.close();
      await world.close();
    },
  };
}

/** As the owner does in the Console: not through the server, which would ask for a yes. */
export async function pointNumberAt(
  { emulator }: World,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const { accountSid, authToken } = emulator.emulator;
  const root = `${emulator.url}/api.twilio.com/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers`;
  const headers = { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` };
  const listed = await fetch(`${root}.json?PhoneNumber=${encodeURIComponent(OWN_NUMBER)}`, { headers });
  const sid = /"sid":"(PN\w+)"/.exec(await listed.text())?.[1];
  const answer = await fetch(`${root}/${sid}.json`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(settings),
  });
  if (!answer.ok) throw new Error(`the number took no settings: ${await answer.text()}`);
}
