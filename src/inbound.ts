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
import { createReceiver, type Receiver, twilioPath } from './webhooks/receiver.ts';
import { createTail } from './webhooks/tail.ts';

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
  /** Calls for every new event in the store, whichever process wrote it. Returns the end of it. */
  readonly watch: (listener: (event: InboxEvent) => void) => () => void;
  /** People of the newest events. */
  readonly contacts: () => Promise<readonly string[]>;
  /** Looks at an interval, if the settings say so. */
  readonly start: () => void;
  readonly close: () => void;
}

export function createInbound(parts: InboundParts): Inbound {
  const { config, ledgers, log, now, client } = parts;
  const { settings, mode } = config;
  const account = parts.account ?? 'none';
  const counts: Partial<Record<Outcome, number>> = {};
  const tail = createTail({
    account,
    events: ledgers.events,
    everyMs: 2000,
    onFault: (error) => log.warn({ err: error }, 'the inbox could not be read'),
  });
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
    onEvent: (event) => phone?.hear(event) ?? Promise.resolve(undefined),
  });

  // Where webhooks are heard, a look now and then finds what comes to senders that are not pointed here.
  const pauseMs = settings.TWILIO_MCP_WEBHOOKS ? settings.TWILIO_MCP_POLL_SECONDS * 1000 : shortestPauseMs;
  const poll = createPoll({
    account,
    ledgers,
    now,
    pauseMs,
    messagesSince: (since) => rowsSince(listMessages, { sent_after: since.toISOString() }),
    callsSince: (since) => rowsSince(listCalls, { started_after: since.toISOString() }),
  });

  return {
    receive,
    refresh,
    askOwner,
    counts: () => ({ ...counts }),
    watch: tail.watch,
    contacts,
    start,
    close,
  };

  function phoneOf() {
    const number = settings.TWILIO_MCP_APPROVAL_NUMBER;
    const { secret } = parts;
    if (number === undefined || secret === undefined || !settings.TWILIO_MCP_WEBHOOKS) return undefined;
    const publicUrl = settings.TWILIO_MCP_PUBLIC_URL;
    // Twilio could not tell us which keys were pressed.
    if (publicUrl === undefined && number.startsWith('call:')) return undefined;
    const answersAt = `${publicUrl}${twilioPath}`;
    return createOwnerPhone({ account, ledgers, number, answersAt, secret, now });
  }

  async function refresh(): Promise<void> {
    if (pauseMs === 0 || mode === 'dry-run' || parts.account === undefined) return;
    await poll().catch((error: unknown) =>
      log.warn({ err: error }, 'Twilio could not be asked for what came in'),
    );
  }

  async function askOwner(asked: Question): Promise<boolean> {
    const put = phone?.question(asked);
    if (phone === undefined || put === undefined || parts.from === undefined) return false;
    // The agent may make its call again while it waits; the phone rings once.
    const name = `owner asked ${asked.id}`;
    if ((await ledgers.events.mark(account, name)) !== undefined) return true;
    const at = now();
    const asks = await ledgers.audit.list(account, mostQuestions * 10);
    const lately = asks.filter(
      ({ operation, at: then }) => operation === ownerAsked && at.getTime() - then.getTime() < hour,
    );
    if (lately.length >= mostQuestions) return false;
    await ledgers.events.setMark(account, name, at.toISOString());
    await ledgers.audit.append({
      at,
      account,
      actor: 'server',
      phase: 'about to',
      operation: ownerAsked,
      facts: { approval: asked.id },
    });
    const own = parts.from.replace(/^whatsapp:/, '');
    const from = phone.to.startsWith('whatsapp:') ? `whatsapp:${own}` : own;
    const request = encode(
      {
        method: 'POST',
        host: 'api',
        path: `/2010-04-01/Accounts/{account}/${'twiml' in put ? 'Calls' : 'Messages'}.json`,
      },
      { to: phone.to, from, ...put },
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

  async function contacts(): Promise<readonly string[]> {
    const newest = await ledgers.events.list(account, { newestFirst: true, limit: 100 });
    return [...new Set(newest.flatMap(({ contact }) => contact ?? []))];
  }

  function start(): void {
    const seconds = settings.TWILIO_MCP_POLL_SECONDS;
    if (seconds > 0) timer ??= setInterval(() => void refresh(), seconds * 1000).unref();
  }

  function close(): void {
    tail.close();
    clearInterval(timer);
  }
}

const hour = 3_600_000;

/** An agent in a loop must not ring the owner's phone all day. */
const mostQuestions = 10;

/** As the audit names a question to the owner's phone. */
const ownerAsked = 'owner_phone';

/** A STOP may be so old at most before it counts; a shorter pause would ask for nothing. */
const shortestPauseMs = 2000;

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
