// Here: a webhook that answers with TwiML: asked at its URL, then at its fallback, with Twilio's error codes.
// Not here: what the TwiML does (the products).
import { elementsOf, parseTwiml, type TwimlElement } from '../twiml/document.ts';
import type { Account } from './accounts.ts';
import type { CallbackParams, Delivery } from './callbacks.ts';
import type { World } from './state.ts';

export type Webhook = {
  readonly kind: string;
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly fallbackUrl?: string;
  readonly fallbackMethod?: 'GET' | 'POST';
};

export type Instructions =
  | { readonly outcome: 'twiml'; readonly verbs: readonly TwimlElement[]; readonly url: string }
  /** A plain text answer: for messages its words are the reply. */
  | { readonly outcome: 'text'; readonly text: string }
  | { readonly outcome: 'nothing' }
  /** 11200 not retrieved, 12100 not XML, 12300 of another kind. */
  | { readonly outcome: 'error'; readonly code: number };

/** What the receiver wants done; the fallback hears the error's code and URL (docs: availability-reliability). */
export async function askForTwiml(
  world: World,
  account: Account,
  webhook: Webhook,
  params: CallbackParams,
): Promise<Instructions> {
  if (webhook.url === '') return { outcome: 'nothing' };
  const first = await askOnce(world, account, webhook, params);
  if (first.outcome !== 'error' || (webhook.fallbackUrl ?? '') === '') return first;
  const fallback: Webhook = {
    kind: `${webhook.kind}-fallback`,
    url: webhook.fallbackUrl ?? '',
    method: webhook.fallbackMethod ?? 'POST',
  };
  const withError = { ...params, ErrorCode: String(first.code), ErrorUrl: webhook.url };
  return askOnce(world, account, fallback, withError);
}

async function askOnce(
  world: World,
  account: Account,
  { kind, url, method }: Webhook,
  params: CallbackParams,
): Promise<Instructions> {
  const { sid: accountSid, authToken } = account;
  const delivery = await world.callbacks.send({ kind, accountSid, authToken, url, method, params });
  return readAnswer(delivery, url);
}

function readAnswer({ outcome, answer }: Delivery, url: string): Instructions {
  if (outcome !== 'delivered' || answer === undefined) return { outcome: 'error', code: 11200 };
  const { contentType, body } = answer;
  if (body.trim() === '') return { outcome: 'nothing' };
  if (/^text\/plain\b/i.test(contentType)) return { outcome: 'text', text: body };
  if (!/^(text|application)\/(xml|html)\b/i.test(contentType)) return { outcome: 'error', code: 12300 };
  const parsed = parseTwiml(body);
  if (!parsed.ok || parsed.root.name !== 'Response') return { outcome: 'error', code: 12100 };
  return { outcome: 'twiml', verbs: elementsOf(parsed.root), url };
}

/** A URL inside TwiML is relative to the document that holds it. */
export function resolveUrl(url: string, base: string): string {
  return URL.canParse(url, base) ? new URL(url, base).href : url;
}

export function readMethod(text: string | undefined): 'GET' | 'POST' {
  return text?.toUpperCase() === 'GET' ? 'GET' : 'POST';
}
