// Which of the six effects an operation has, and what makes a single call stricter than the operation is in general.
// The tables that say so are classes-*.ts; what is in none of them counts as admin, and a test names it.
import type { Row } from '../../operation/define.ts';
import { type Effect, effects } from '../../operation/effect.ts';
import { isRow } from '../../operation/row.ts';
import { segmentClasses, sendgridClasses } from './classes-others.ts';
import { twilioClasses } from './classes-twilio.ts';
import type { Classes, OperationFacts } from './facts.ts';

const classes: Classes = { ...twilioClasses, ...sendgridClasses, ...segmentClasses };

/** The link in a confirmation mail: to follow it is to confirm. */
const changingGets: Readonly<Record<string, Effect>> = {
  'sendgrid_verified_senders_v3.VerifySenderToken': 'admin',
};

/** An operation that changes something, in the table's word; undefined where nobody has classed it. */
export function classOf(
  domain: string,
  { id, method }: Pick<OperationFacts, 'id' | 'method'>,
): Effect | undefined {
  if (method === 'GET') return changingGets[`${domain}.${id}`] ?? 'read';
  const rows = Object.entries(classes[domain] ?? {});
  const found = rows.find(([, names]) => patternOf(names).test(id))?.[0];
  const effect = effects.find((each) => each === found);
  if (method !== 'DELETE') return effect;
  // Whoever may change a rule may not remove it either without the same leave; all else that goes is a delete.
  return effect === 'admin' || effect === 'send' ? effect : 'delete';
}

export function effectOf(domain: string, facts: Pick<OperationFacts, 'id' | 'method'>): Effect {
  return classOf(domain, facts) ?? 'admin';
}

const patterns = new Map<string, RegExp>();

function patternOf(names: string): RegExp {
  const known = patterns.get(names);
  if (known !== undefined) return known;
  const pattern = new RegExp(`^(?:${names.split(' ').join('|').replaceAll('*', '\\w*')})$`);
  patterns.set(names, pattern);
  return pattern;
}

/** Where people's words and calls go from then on: set in a write or with a purchase, it is an act of administration. */
const redirecting = /(?:url|uri|callback|webhook|applicationsid|trunksid)$/i;
/** Addresses of pages and pictures that are shown, not called. */
const shownOnly = /(?:policy|conditions|image|media|logo|website|shorten|sample|homepage)/i;
/** Fields that switch a protection off, or move a thing out of the account, in whatever they are set. */
const loosening = /^(?:riskcheck|accountsidinbody)$/i;

/** What a single call amounts to, where its fields make it more than the operation in general. */
export function raisedBy(effect: Effect, input: Row): Effect {
  if (effect === 'read' || effect === 'admin') return effect;
  const given = Object.entries(input).filter(([, value]) => value !== undefined && value !== null);
  const redirects =
    given.some(([name]) => redirecting.test(name) && !shownOnly.test(name)) ||
    callsBack(input['configuration']);
  const loosens = given.some(([name, value]) => loosening.test(name) && value !== 'enable');
  const lasting = effect === 'write' || effect === 'spend';
  return loosens || bypasses(input) || (redirects && lasting) ? 'admin' : effect;
}

/** Callbacks inside a configuration. Other objects are the caller's own data, where a name means nothing. */
function callsBack(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(callsBack);
  if (!isRow(value)) return false;
  return Object.entries(value).some(
    ([key, each]) => each !== null && (/(?:callback|webhook)s?$/i.test(key) || callsBack(each)),
  );
}

/** SendGrid's `bypass_…` settings send to people who have said no. */
function bypasses(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(bypasses);
  if (!isRow(value)) return false;
  return Object.entries(value).some(
    ([key, each]) => (/^bypass_/.test(key) && !(isRow(each) && each['enable'] === false)) || bypasses(each),
  );
}
