// A yes or no by the owner's phone: how a waiting action is put to it, and which answer counts. Only a signed request tells one.
import { createHmac } from 'node:crypto';
import type { ApprovalAsked } from '../operation/errors.ts';
import type { InboxEvent, Ledgers } from '../operation/ledgers.ts';
import { channelOf, contactOf } from '../operation/reach.ts';
import { textIn } from './found.ts';

export interface OwnerPhoneParts {
  readonly account: string;
  readonly ledgers: Pick<Ledgers, 'approvals' | 'events' | 'audit'>;
  /** With `whatsapp:` before it on WhatsApp. */
  readonly number: string;
  /** Known to this server and to no agent: the codes come from it. */
  readonly secret: string;
  readonly now: () => Date;
}

/** What is asked, and whether also how the people agreed. */
export type Question = Pick<ApprovalAsked, 'id' | 'summary' | 'asksConsent'>;

export interface OwnerPhone {
  /** The number that is asked. */
  readonly number: string;
  /** The text to send. */
  readonly question: (asked: Question) => string;
  /** Hears an inbound message; what it returns is said back. Undefined: it was not for us. */
  readonly hear: (event: InboxEvent) => Promise<string | undefined>;
}

/** So many wrong codes, and the phone no longer decides what waits: a sender can be forged, four digits can be tried. */
const mostWrong = 3;

/** The word, the code and, where it is asked for, how the people agreed. */
const answer = /^\s*(yes|no)[\s,:]+(\d{4})(?:[\s.,:!-]+(.*))?$/is;

const longestSummary = 300;

export function createOwnerPhone({ account, ledgers, number, secret, now }: OwnerPhoneParts): OwnerPhone {
  const channel = channelOf(number, 'sms');
  const contact = contactOf({ to: number, channel });

  return { number, question, hear };

  function codeOf(id: string): string {
    const digest = createHmac('sha256', secret).update(`approval ${id}`).digest();
    return String(digest.readUInt32BE(0) % 10_000).padStart(4, '0');
  }

  function question({ id, summary, asksConsent }: Question): string {
    const short = summary.length > longestSummary ? `${summary.slice(0, longestSummary)}…` : summary;
    const code = codeOf(id);
    return `${short}\nReply YES ${code}${asksConsent ? ' and how they agreed to it' : ''}, or NO ${code}.`;
  }

  async function hear(event: InboxEvent): Promise<string | undefined> {
    if (event.type !== 'message.inbound' || event.contact !== contact || event.channel !== channel)
      return undefined;
    const said = answer.exec(textIn(event.data, 'body'));
    if (said === null) return undefined;
    const [, word = '', code = '', words = ''] = said;
    if (event.heard !== 'webhook') return refuse(event, 'it was not told by a signed request');
    const asked = await ledgers.approvals.list(account, now());
    const [meant, another] = asked.filter(({ id, state }) => state === 'waiting' && codeOf(id) === code);
    if (meant === undefined) return refuse(event, 'nothing waits under that code');
    if (another !== undefined) return refuse(event, 'two actions share that code');
    if ((await wrongSince(meant.at, event, new Set(asked.map(({ id }) => codeOf(id))))) >= mostWrong)
      return refuse(event, 'too many wrong codes came before it');
    const yes = word.toLowerCase() === 'yes';
    const evidence = words.trim().slice(0, 500);
    const decision = { yes, by: 'phone', at: now(), ...(evidence.length >= 3 && { evidence }) };
    if (!(await ledgers.approvals.decide(meant.id, decision))) return refuse(event, 'it was decided already');
    await write(yes ? 'approved' : 'refused', meant.operation, { approval: meant.id, by: 'phone', yes });
    return yes ? `Approved: ${firstLine(meant.summary)}` : `Refused: ${firstLine(meant.summary)}`;
  }

  /** Answers since then with a code that nobody was given. */
  async function wrongSince(asked: Date, event: InboxEvent, codes: ReadonlySet<string>): Promise<number> {
    const filter = { types: ['message.inbound'], contact, after: new Date(asked.getTime() - 1), limit: 200 };
    const heard = await ledgers.events.list(account, filter);
    const given = heard.flatMap(({ id, data }) =>
      id === event.id ? [] : (answer.exec(textIn(data, 'body'))?.[2] ?? []),
    );
    return given.filter((code) => !codes.has(code)).length;
  }

  async function refuse(event: InboxEvent, why: string): Promise<string> {
    await write('refused', 'approval', { event: event.id, why });
    return `Not counted: ${why}. Nothing was approved.`;
  }

  function write(phase: 'approved' | 'refused', operation: string, facts: Readonly<Record<string, unknown>>) {
    return ledgers.audit.append({ at: now(), account, actor: 'owner phone', phase, operation, facts });
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, 120) ?? '';
}
