// What comes in, wired: the receiver of webhooks, the look where none reach, the owner's phone. A part of the composition root.
import { listMessages } from './catalog/messaging.ts';
import { listCalls } from './catalog/voice.ts';
import type { Client } from './client/client.ts';
import { encode } from './client/encode.ts';
import { collect } from './client/pages.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import type { Operation, Row } from './operation/define.ts';
import { OperationError } from './operation/errors.ts';
import type { InboxEvent, Ledgers } from './operation/ledgers.ts';
import { isRow } from './operation/row.ts';
import { type Answers, answerOf } from './webhooks/answers.ts';
import type { Outcome } from './webhooks/heard.ts';
import { createOwnerPhone, type Question } from './webhooks/owner-phone.ts';
import { createPoll } from './webhooks/poll.ts';
import { createReceiver, type Receiver } from './webhooks/receiver.ts';

export interface InboundParts {
  readonly config: Config;
  readonly account: string | undefined;
  /** The Auth Tokens that may sign as they are kept now, beside those of the settings: two while they are changed. */
  readonly authTokens: () => Promise<readonly string[]>;
  /** What the codes of questions to the owner are made from. */
  readonly secret: string | undefined;
  /** The sender of questions to the owner. */
  readonly from: string | undefined;
  readonly client: Client;
  readonly ledgers: Ledgers;
  readonly log: Log;
  readonly now: () => Date;
}

export interface Inbound {
  readonly receive: Receiver;
  /** Asks Twilio for what came in, where no webhook tells. Never throws. */
  readonly refresh: () => Promise<void>;
  /** Puts a waiting action to the owner's phone. False where none is configured or none can be heard. */
  readonly askOwner: (asked: Question) => Promise<boolean>;
  /** How requests ended so far. */
  readonly counts: () => Readonly<Partial<Record<Outcome, number>>>;
  /** Calls for every event that this process hears or finds. Returns the end of it. */
  readonly watch: (listener: (event: InboxEvent) => void) => () => void;
  /** Looks at an interval, if the settings say so. */
  readonly start: () => void;
  readonly close: () => void;
}

export function createInbound(parts: InboundParts): Inbound {
  const { config, ledgers, log, now, client } = parts;
  const { settings, mode } = config;
  const account = parts.account ?? 'none';
  const counts: Partial<Record<Outcome, number>> = {};
  const listeners = new Set<(event: InboxEvent) => void>();
  const phone = phoneOf();
  let timer: NodeJS.Timeout | undefined;

  const receive = createReceiver({
    account,
    proofs: async () => {
      return {
        twilioTokens: [...(await parts.authTokens()), ...settings.TWILIO_MCP_WEBHOOK_TOKENS],
        sendgridKeys: settings.TWILIO_MCP_SENDGRID_WEBHOOK_KEYS,
        segmentSecrets: settings.TWILIO_MCP_SEGMENT_WEBHOOK_SECRETS,
      };
    },
    publicUrl: settings.TWILIO_MCP_PUBLIC_URL,
    trustedProxies: settings.TWILIO_MCP_TRUSTED_PROXIES,
    ledgers,
    answers: answersOf(config, account),
    now,
    note: (outcome, facts) => {
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      const level =
        outcome === 'accepted' || outcome === 'known' ? 'debug' : outcome === 'failed' ? 'error' : 'warn';
      log[level]({ webhook: outcome, ...facts }, `webhook ${outcome}`);
    },
    onEvent: (event) => {
      tell(event);
      return phone?.hear(event) ?? Promise.resolve(undefined);
    },
  });

  const poll = createPoll({
    account,
    ledgers,
    now,
    messagesSince: (since) => rowsSince(listMessages, { sent_after: since.toISOString() }),
    callsSince: (since) => rowsSince(listCalls, { started_after: since.toISOString() }),
    onEvent: tell,
  });

  return { receive, refresh, askOwner, counts: () => ({ ...counts }), watch, start, close };

  function phoneOf() {
    const number = settings.TWILIO_MCP_APPROVAL_NUMBER;
    const { secret } = parts;
    if (number === undefined || secret === undefined || !settings.TWILIO_MCP_WEBHOOKS) return undefined;
    return createOwnerPhone({ account, ledgers, number, secret, now });
  }

  async function refresh(): Promise<void> {
    if (settings.TWILIO_MCP_WEBHOOKS || mode === 'dry-run' || parts.account === undefined) return;
    await poll().catch((error: unknown) =>
      log.warn({ err: error }, 'Twilio could not be asked for what came in'),
    );
  }

  async function askOwner(asked: Question): Promise<boolean> {
    if (phone === undefined || parts.from === undefined) return false;
    // The agent may make its call again while it waits; the phone rings once.
    const name = `owner asked ${asked.id}`;
    if ((await ledgers.events.mark(account, name)) !== undefined) return true;
    await ledgers.events.setMark(account, name, now().toISOString());
    const whatsapp = phone.number.startsWith('whatsapp:') && !parts.from.startsWith('whatsapp:');
    const from = whatsapp ? `whatsapp:${parts.from}` : parts.from;
    const request = encode(
      { method: 'POST', host: 'api', path: '/2010-04-01/Accounts/{account}/Messages.json' },
      { to: phone.number, from, body: phone.question(asked) },
      parts.account,
    );
    return client.send(request, { effect: 'send' }).then(
      () => true,
      (error: unknown) => {
        log.warn({ err: error }, "the owner's phone could not be asked");
        return false;
      },
    );
  }

  async function rowsSince({ request }: Operation, filter: Row): Promise<readonly Row[]> {
    if (request === undefined) throw new Error('a list is one request');
    const answer = await collect({
      template: request,
      input: { ...filter, limit: mostRows },
      account: parts.account,
      send: (page) => client.send(page, { effect: 'read' }),
    });
    const rows = answer[request.list?.rows ?? ''];
    return Array.isArray(rows) ? rows.filter(isRow) : [];
  }

  function tell(event: InboxEvent): void {
    for (const listener of listeners) listener(event);
  }

  function watch(listener: (event: InboxEvent) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  function start(): void {
    const seconds = settings.TWILIO_MCP_POLL_SECONDS;
    if (seconds > 0) timer ??= setInterval(() => void refresh(), seconds * 1000).unref();
  }

  function close(): void {
    clearInterval(timer);
  }
}

/** One page of Twilio's, which one request brings. */
const mostRows = 1000;

/** Throws CONFIGURATION_INVALID where an answer would not do: better at the start than in front of a caller. */
function answersOf({ settings }: Config, account: string): Answers {
  const read = (
    setting: 'TWILIO_MCP_ANSWER_MESSAGES' | 'TWILIO_MCP_ANSWER_CALLS',
    kind: 'messaging' | 'voice',
  ) => {
    const answer = answerOf(settings[setting], kind, account);
    if ('twiml' in answer) return answer.twiml;
    throw new OperationError('CONFIGURATION_INVALID', `${setting} ${answer.fault}.`, {
      next: 'Mend it: hold, the SID of a Studio flow, or TwiML that voice_validate_twiml accepts.',
    });
  };
  return {
    message: read('TWILIO_MCP_ANSWER_MESSAGES', 'messaging'),
    call: read('TWILIO_MCP_ANSWER_CALLS', 'voice'),
  };
}
