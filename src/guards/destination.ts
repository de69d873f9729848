// Whom a call may reach: the owner's lists, countries, and kinds of numbers that are never a customer's phone.
import { type Addressee, addresseeOf, type NumberAddressee } from './addressee.ts';
import type { Facts, JudgedCall, Person } from './call.ts';
import { isOwn, matchesAny } from './pattern.ts';
import type { Policy } from './policy.ts';
import { allowed, ask, judgeEach, refuse, type Verdict } from './verdict.ts';

export function judgeDestination(call: JudgedCall, policy: Policy, facts: Facts): Verdict {
  const { name } = call.operation;
  return judgeEach(call.people, (person) => judgeOne(person, policy.destination, facts, name));
}

type Rules = Policy['destination'];

function judgeOne(person: Person, rules: Rules, facts: Facts, name: string): Verdict {
  const { to, contact } = person;
  const addressee = addresseeOf(person);
  if (matchesAny(rules.block, to, contact)) {
    return refuse(
      'destination.block',
      `${to} is on the owner's block list.`,
      'Leave them alone; only the owner can change destination.block.',
    );
  }
  if (addressee.kind === 'malformed') {
    return refuse(
      'destination.malformed',
      `${to} ${addressee.why}.`,
      'Ask for the full address; never guess a country code.',
    );
  }
  const listed = isOwn(person, rules) || matchesAny(rules.allow, to, contact);
  if (rules.only_allowed && !listed) {
    return refuse(
      'destination.only_allowed',
      `${to} is not on the owner's list, and this server reaches nobody else.`,
      'Ask the owner to add them to destination.allow.',
    );
  }
  const verdict = listed ? allowed : judgeKind(addressee, to, rules, facts);
  if (verdict.kind === 'refused') return verdict;
  return addressee.kind === 'unknown' || person.channel === 'unknown'
    ? ask('destination.unknown', `Only Twilio knows whom ${name} with ${to} reaches in the end.`)
    : verdict;
}

function judgeKind(addressee: Addressee, to: string, rules: Rules, facts: Facts): Verdict {
  if (addressee.kind === 'sip') return judgeSip(to, addressee.host, rules);
  return addressee.kind === 'number' ? judgeNumber(addressee, rules, facts) : allowed;
}

function judgeSip(to: string, host: string, { url_hosts }: Rules): Verdict {
  if (matchesAny(url_hosts, host)) return allowed;
  return refuse(
    'destination.sip_host',
    `${to} is at a host the owner has not listed.`,
    `If it is the owner's own, they add ${host} to destination.url_hosts.`,
  );
}

/** Satellite networks, and international premium rate, shared cost, UPT and disaster relief: ITU-T E.164 assignments. */
const costlyCodes: Readonly<Record<string, string>> = {
  '808': 'an international shared-cost number',
  '870': 'an Inmarsat satellite number',
  '878': 'a universal personal number',
  '881': 'a satellite number',
  '882': 'an international network, often satellite',
  '883': 'an international network, often satellite',
  '888': 'a disaster relief number',
  '979': 'an international premium-rate number',
};

const costlyTypes: Readonly<Record<string, string>> = {
  PREMIUM_RATE: 'a premium-rate number',
  SHARED_COST: 'a shared-cost number',
  UAN: "a company's access number",
  PAGER: 'a pager',
  VOICEMAIL: 'a voice mailbox',
  PERSONAL_NUMBER: 'a personal number, which forwards to anywhere',
};

function judgeNumber(number: NumberAddressee, { countries }: Rules, { ownCountries }: Facts): Verdict {
  const { e164, country, callingCode } = number;
  const kind = costlyCodes[callingCode] ?? costlyTypes[personalOf(number)];
  if (kind !== undefined) {
    return refuse(
      'destination.kind',
      `${e164} is ${kind}: these earn money for whoever is called, or cost a multiple.`,
      'Ask for another number of theirs. If the owner really wants it, they add it to destination.allow.',
    );
  }
  if (!number.assigned) {
    return refuse(
      'destination.unassigned',
      `${e164} is in no range that is given out to anybody.`,
      'Ask for the right number. If it is new, the owner can add it to destination.allow.',
    );
  }
  const open = countries.flatMap((each) => (each === 'own' ? ownCountries : [each]));
  if (country !== undefined && open.includes(country)) return allowed;
  const where = country ?? `no single country (+${callingCode})`;
  return refuse(
    'destination.country',
    `${e164} belongs to ${where}; this server reaches ${open.length > 0 ? open.join(', ') : 'no country'}.`,
    `If that is wanted, the owner adds ${country ?? e164} to destination.${country ? 'countries' : 'allow'} in the policy file.`,
  );
}

/** North America's 500 numbers cost what others cost; Twilio's magic test numbers are among them. */
function personalOf({ type, callingCode }: NumberAddressee): string {
  return type === 'PERSONAL_NUMBER' && callingCode === '1' ? '' : (type ?? '');
}
