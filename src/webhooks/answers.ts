// What is answered at once: the owner's TwiML for messages and calls, and for everything else what its sender expects.
import { parseTwiml, type TwimlProblem } from '../twiml/document.ts';
import type { TwimlKind } from '../twiml/rule.ts';
import { validateTwiml } from '../twiml/validate.ts';
import type { Found } from './found.ts';
import { textIn } from './found.ts';
import { wishOf } from './words.ts';

/** TwiML for a message or a call that comes in. */
export interface Answers {
  readonly message: string;
  readonly call: string;
}

const nothing = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

/** A caller whom nobody answers hears a busy tone, which costs nothing. */
const busy = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy"/></Response>';

/** Where callers wait until the agent takes them out. */
export const holdQueue = 'twilio-mcp';

export interface AnswerFault {
  readonly fault: string;
}

/**
 * A setting as TwiML: `hold`, a Studio flow (FW…), or TwiML itself, checked as Twilio would. Nothing said is nothing answered
 * to a message, and busy to a call.
 */
export function answerOf(
  setting: string | undefined,
  kind: TwimlKind,
  account: string,
): { readonly twiml: string } | AnswerFault {
  if (setting === undefined) return { twiml: kind === 'voice' ? busy : nothing };
  if (setting === 'hold')
    return { twiml: kind === 'voice' ? `<Response><Enqueue>${holdQueue}</Enqueue></Response>` : nothing };
  if (/^FW[0-9a-fA-F]{32}$/.test(setting)) {
    const flow = `https://webhooks.twilio.com/v1/Accounts/${account}/Flows/${setting}`;
    return { twiml: `<Response><Redirect method="POST">${flow}</Redirect></Response>` };
  }
  if (!setting.startsWith('<')) return { fault: 'is neither hold, a Studio flow (FW…) nor TwiML' };
  const parsed = parseTwiml(setting);
  const problems = parsed.ok ? validateTwiml(parsed.root, kind) : parsed.problems;
  const worst = problems.filter(({ severity }) => severity === 'error');
  return worst.length === 0 ? { twiml: setting } : { fault: worst.map(told).join('; ') };
}

function told({ line, column, reason }: TwimlProblem): string {
  return `line ${line}, column ${column}: ${reason}`;
}

/** `reply` is said to the sender of a message, or to whoever pressed keys in a call, in place of the owner's answer. */
export function respond(found: readonly Found[], answers: Answers, reply?: string): Response {
  const [first] = found;
  if (first === undefined || found.length > 1) return empty();
  if (first.type === 'message.inbound')
    return xml(reply === undefined ? toMessage(first, answers) : saying(reply, 'Message'));
  if (first.type === 'call.inbound') return xml(answers.call);
  if (first.type === 'call.input') return xml(reply === undefined ? nothing : saying(reply, 'Say'));
  if (first.type === 'task' && textIn(first.data, 'status') === 'assignment') return json({});
  // Before an event (onMessageAdd) Conversations waits for a yes: 200 without a body. After it (onMessageAdded), any 2xx.
  if (first.type === 'conversation') return new Response(null, { status: 200 });
  return empty();
}

/** Twilio itself answers STOP, START and HELP; a second answer would go to someone who has just said no. */
function toMessage({ data }: Found, { message }: Answers): string {
  const isHandled = textIn(data, 'opt_out_type') !== '' || wishOf(textIn(data, 'body')) !== undefined;
  return isHandled ? nothing : message;
}

function saying(text: string, verb: 'Message' | 'Say'): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response><${verb}>${escaped(text)}</${verb}></Response>`;
}

/** As XML takes it, in an element or an attribute. */
export function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[<>&"]/g, (each) => names[each] ?? '&amp;');
}

function xml(twiml: string): Response {
  return new Response(twiml, { headers: { 'content-type': 'text/xml; charset=utf-8' } });
}

function json(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json' } });
}

function empty(): Response {
  return new Response(null, { status: 204 });
}
