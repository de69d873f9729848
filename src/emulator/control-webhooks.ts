// Here: webhooks on demand, from senders whose products the emulator does not play to the end: any form or JSON, rightly signed.
// Not here: those that follow from what happens (the products), and how one is sent and retried (callbacks.ts).
import { signSegment } from '../signature.ts';
import { accountBySid } from './accounts.ts';
import type { Callback, CallbackParams } from './callbacks.ts';
import { ControlError } from './control.ts';
import { type ControlRoute, controlRoute } from './route.ts';
import { provenBySendgrid, sendgridPublicKey } from './sendgrid-key.ts';
import type { World } from './state.ts';

/** A fixture, as the Auth Token is one. */
const segmentSecret = 'emulated-segment-secret';

export const WEBHOOK_CONTROL: readonly ControlRoute[] = [
  controlRoute('GET', '/webhooks/keys', 'what webhooks as SendGrid and as Segment are signed with', () => ({
    sendgrid_key: sendgridPublicKey,
    segment_secret: segmentSecret,
  })),
  controlRoute(
    'POST',
    '/webhooks',
    '{url, as?: twilio | sendgrid | segment, params? | json?, method?}: send a webhook now, signed as its sender would; overrides such as #rc=2&rp=all count',
    async ({ world, body }) => {
      const { outcome, attempts, answer } = await world.callbacks.send(callbackOf(world, body));
      return { outcome, attempts, answer: answer ?? null };
    },
  ),
];

function callbackOf(world: World, body: Readonly<Record<string, unknown>>): Callback {
  const { url, as = 'twilio', params, json, method } = body;
  if (typeof url !== 'string') throw new ControlError('url is needed: where the webhook goes.');
  const accountSid = world.options.accountSid;
  const authToken = accountBySid(world, accountSid)?.authToken ?? world.options.authToken;
  const common = {
    kind: `control-${String(as)}`,
    accountSid,
    authToken,
    url,
    method: method === 'GET' ? ('GET' as const) : ('POST' as const),
    params: readParams(params),
    ...(json !== undefined && { json }),
  };
  if (as === 'twilio') return common;
  if (json === undefined) throw new ControlError('SendGrid and Segment send json.');
  if (as === 'sendgrid') return { ...common, prove: (text) => provenBySendgrid(world, text) };
  if (as === 'segment')
    return { ...common, prove: (text) => ({ 'x-signature': signSegment(segmentSecret, text) }) };
  throw new ControlError('as is one of twilio, sendgrid, segment.');
}

function readParams(params: unknown): CallbackParams {
  if (params === undefined) return {};
  if (typeof params !== 'object' || params === null) throw new ControlError('params is an object of fields.');
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  );
}
