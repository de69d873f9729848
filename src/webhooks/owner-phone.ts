// A yes or no by the owner's phone: how a waiting action is put to it, and which answer counts. Only a signed request tells one.
import { createHmac } from 'node:crypto';
import type { ApprovalAsked } from '../operation/errors.ts';
import type { InboxEvent, Ledgers } from '../operation/ledgers.ts';
import { channelOf, contactOf } from '../operation/reach.ts';
import { escaped } from './answers.ts';
import { textIn } from './found.ts';

export interface OwnerPhoneParts {
  readonly account: string;
  readonly ledgers: Pick<Ledgers, 'approvals' | 'events' | 'audit'>;
  /** With `whatsapp:` before it on WhatsApp, with `call:` where it is to be called. */
  readonly number: string;
  /** Where what is pressed in a call is told, signed. */
  readonly answersAt: string;
  /** Known to this server and to no agent: the codes come from it. */
  readonly secret: string;
  readonly now: () => Date;
}

/** What is asked, and whether also how the people agreed. */
export type Question = Pick<ApprovalAsked, 'id' | 'summary' | 'asksConsent'>;

/** How the question goes out: as a text, or as what a call says. */
export type Put = { readonly body: string } | { readonly twiml: string };

export interface OwnerPhone {
  /** The address that is asked: with `whatsapp:` before it on WhatsApp. */
  readonly to: string;
  /** Undefined where this phone cannot answer it: nobody can tell by keys how people agreed. */
  readonly question: (asked: Question) => Put | undefined;
  /** Hears what was written or pressed; what it returns is said back. Undefined: it was not for us. */
  readonly hear: (event: InboxEvent) => Promise<string | undefined>;
}

/** So many wrong codes, and the phone no longer decides what waits: a sender can be forged, four digits can be tried. */
const mostWrong = 3;

/** The word, the code and, where it is asked for, how the people agreed. */
const answer = /^\s*(yes|no)[\s,:]+(\d{4})(?:[\s.,:!-]+(.*))?$/is;

/** On the keys of a phone: 1 for yes or 2 for no, and the code. */
const pressed = /^([12])(\d{4})$/;

const longestSummary = 300;

export function createOwnerPhone(parts: OwnerPhoneParts): OwnerPhone {
  const { account, ledgers, number, secret, now } = parts;
  const isCalled = number.startsWith('call:');
  const to = isCalled ? number.slice('call:'.length) : number;
  const channel = isCalled ? 'voice' : channelOf(to, 'sms');
  const contact = contactOf({ to, channel });
  const type = isCalled ? 'call.input' : 'message.inbound';

  return { to, question, hear };

  function codeOf(id: string): string {
    const digest = createHmac('sha256', secret).update(`approval ${id}`).digest();
    return String(digest.readUInt32BE(0) % 10_000).padStart(4, '0');
  }

  function question({ id, summary, asksConsent }: Question): Put | undefined {
    const short = summary.length > longestSummary ? `${summary.slice(0, longestSummary)}…` : summary;
    const code = codeOf(id);
    if (isCalled) return asksConsent ? undefined : { twiml: spoken(short, code) };
    const how = asksConsent ? ' and how they agreed to it' : '';
    return { body: `${short}\nReply YES ${code}${how}, or NO ${code}.` };
  }

  function spoken(summary: string, code: string): string {
    const keys = [...code].join(', ');
    const said = `${summary}. To say yes, press 1, and then ${keys}. To say no, press 2, and then ${keys}.`;
    return [
      '<Response>',
      `<Gather input="dtmf" numDigits="5" timeout="20" method="POST" action="${escaped(parts.answersAt)}">`,
      `<Say>${escaped(said)}</Say>`,
      '</Gather>',
      '<Say>Nothing was decided.</Say>',
      '</Response>',
    ].join('');
  }

  function saidIn({ data }: InboxEvent): Said | undefined {
    if (isCalled) {
      const [, key, code] = pressed.exec(textIn(data, 'digits')) ?? [];
      return code === undefined ? undefined : { yes: key === '1', code, words: '' };
    }
    const [, word = '', code, words = ''] = answer.exec(textIn(data, 'body')) ?? [];
    return code === undefined ? undefined : { yes: word.toLowerCase() === 'yes', code, words: words.trim() };
  }

  async function hear(event: InboxEvent): Promise<string | undefined> {
    if (event.type !== type || event.contact !== contact || event.channel !== channel) return undefined;
    const said = saidIn(event);
    if (said === undefined) return undefined;
    const { yes, code, words } = said;
    if (event.heard !== 'webhook') return refuse(event, 'it was not told by a signed request');
    const asked = await ledgers.approvals.list(account, now());
    const [meant, another] = asked.filter(({ id, state }) => state === 'waiting' && codeOf(id) === code);
    if (meant === undefined) return refuse(event, 'nothing waits under that code');
    if (another !== undefined) return refuse(event, 'two actions share that code');
    if ((await wrongSince(meant.at, event, new Set(asked.map(({ id }) => codeOf(id))))) >= mostWrong)
      return refuse(event, 'too many wrong codes came before it');
    const evidence = words.slice(0, 500);
    const decision = { yes, by: 'phone', at: now(), ...(evidence.length >= 3 && { evidence }) };
    if (!(await ledgers.approvals.decide(meant.id, decision))) return refuse(event, 'it was decided already');
    await write(yes ? 'approved' : 'refused', meant.operation, { approval: meant.id, by: 'phone', yes });
    return yes ? `Approved: ${firstLine(meant.summary)}` : `Refused: ${firstLine(meant.summary)}`;
  }

  /** Answers since then with a code that nobody was given. */
  async function wrongSince(asked: Date, event: InboxEvent, codes: ReadonlySet<string>): Promise<number> {
    const filter = { types: [type], contact, after: new Date(asked.getTime() - 1), limit: 200 };
    const heard = await ledgers.events.list(account, filter);
    const given = heard.flatMap((each) => (each.id === event.id ? [] : (saidIn(each)?.code ?? [])));
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

interface Said {
  readonly yes: boolean;
  readonly code: string;
  readonly words: string;
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, 120) ?? '';
}
