// The policy: every rule the owner can set, with what holds when nothing is said. Its file is documented in
// references/guardrails.md; its JSON schema and that page's table come from the descriptions here.
import { z } from 'zod';

const country = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 country code such as US');
const rule = z.enum(['allow', 'ask', 'refuse']);
const asked = z.enum(['ask', 'refuse']);
const pattern = z.string().regex(/^\S{1,200}$/, 'must be one name, address or pattern without spaces');
const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time of day such as 09:00');
const zone = z.string().refine(isZone, 'must be an IANA time zone such as America/New_York');
const dollars = z.number().min(0);

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** One section, whose every key has a value when nothing is said. */
function section<S extends z.core.$ZodLooseShape>(description: string, shape: S) {
  return z.strictObject(shape).describe(description);
}

const hours = {
  from: clock.describe('Local time from which it is allowed'),
  to: clock.describe('Local time from which it is no longer allowed'),
  saturday_from: clock.optional().describe('On Saturdays, instead of from'),
  saturday_to: clock.optional().describe('On Saturdays, instead of to'),
  sunday_from: clock.optional().describe('On Sundays, instead of from'),
  sunday_to: clock.optional().describe('On Sundays, instead of to'),
  sundays: z.boolean().describe('False: never on Sundays'),
};

/** A window over midnight would be read as none: it is refused instead. */
function inOrder({
  from,
  to,
}: {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): boolean {
  return from === undefined || to === undefined || from <= to;
}

const disorder = { error: 'must not begin after it ends', path: ['from'] };

const daytime = {
  ...hours,
  from: hours.from.default('09:00'),
  to: hours.to.default('20:00'),
  sunday_from: hours.sunday_from.default('12:00'),
  sundays: hours.sundays.default(true),
};

const regionHours = z
  .strictObject({
    ...hours,
    from: hours.from.optional(),
    to: hours.to.optional(),
    sundays: hours.sundays.optional(),
  })
  .refine(inOrder, disorder);

export type RegionHours = z.output<typeof regionHours>;

export const policySchema = z.strictObject({
  access: section('What this server may do at all.', {
    read_only: z.boolean().default(false).describe('Only operations that look'),
    allow: z
      .array(pattern)
      .default([])
      .describe('Operation names or patterns such as messaging_*; empty allows all'),
    deny: z.array(pattern).default([]).describe('Never these, whatever allow says'),
  }).prefault({}),
  destination: section('Whom messages and calls may go to, and which hosts Twilio may be sent to.', {
    countries: z
      .array(z.union([z.literal('own'), country]))
      .default(['own'])
      .describe("Countries that may be reached; own stands for those of the account's own numbers"),
    own: z
      .array(pattern)
      .default([])
      .describe("The owner's own numbers and addresses: they need no consent and have no quiet hours"),
    allow: z
      .array(pattern)
      .default([])
      .describe('Numbers, +4420*, addresses, *@example.com: allowed whatever their country or kind'),
    only_allowed: z.boolean().default(false).describe('Nobody but those in allow and own'),
    block: z.array(pattern).default([]).describe('Never these; wins over allow and own'),
    url_hosts: z
      .array(pattern)
      .default([])
      .describe(
        'Hosts that callbacks, media, TwiML and SIP may be on: example.com, *.example.com, host:8443',
      ),
  }).prefault({}),
  consent: section('What happens where no agreement is on record. A revocation always refuses.', {
    missing: asked.default('ask').describe('A message, call or email to somebody who has not agreed to it'),
    missing_verification: rule
      .default('ask')
      .describe('A one-time code to somebody new; allow where your own form shows what they agree to'),
  }).prefault({}),
  quiet_hours: section(
    'When people may be contacted, by their own clocks. Verifications are sent at any hour.',
    {
      marketing: section('Marketing on any channel but email.', daytime)
        .refine(inOrder, disorder)
        .prefault({}),
      calls: section('Calls for any purpose but verification.', daytime)
        .refine(inOrder, disorder)
        .prefault({}),
      regional: z
        .boolean()
        .default(true)
        .describe('Apply the stricter hours of the table of regions to marketing'),
      regions: z
        .record(
          z.string().regex(/^[A-Z]{2}(?:-[A-Z]{2})?$/, 'must be a region such as US-TX or FR'),
          regionHours,
        )
        .default({})
        .describe('Hours for marketing by region, instead of the built-in row; {} lifts a row'),
      zones: z
        .record(pattern, zone)
        .default({})
        .describe('Number or pattern → time zone, where you know it better than the area code'),
    },
  ).prefault({}),
  taint: section("What follows once strangers' words were read.", {
    minutes: z.int().min(0).default(60).describe('How long they count as read; 0 turns the guard off'),
    several: z
      .enum(['allow', 'ask'])
      .default('allow')
      .describe('Writing to one of several people whose words were read'),
  }).prefault({}),
  limits: section('How much of anything there may be.', {
    contacts_per_hour: z
      .int()
      .min(0)
      .default(60)
      .describe('Messages, calls and emails an hour, counted by person'),
    contacts_per_day: z.int().min(0).default(200).describe('The same in 24 hours'),
    contacts_per_person_per_day: z.int().min(0).default(10).describe('To one person in 24 hours'),
    contacts_per_actor_per_hour: z.int().min(0).optional().describe('By one agent, token or person an hour'),
    verifications_per_number_per_hour: z
      .int()
      .min(0)
      .default(5)
      .describe('One-time codes to one address an hour'),
    verifications_per_hour: z.int().min(0).default(30).describe('One-time codes in all an hour'),
    repeat_window_minutes: z
      .int()
      .min(0)
      .default(10)
      .describe('The same content to the same person is refused within this time; 0 turns it off'),
    call_minutes: z.int().min(1).max(240).default(10).describe('The longest a call may last'),
    rows_per_answer: z.int().min(1).max(1000).default(100).describe('Most rows of one answer'),
  }).prefault({}),
  spend: section('Estimated money, in US dollars. A price that is not known counts as over per_call.', {
    per_call: dollars.default(1).describe('An operation that costs more is asked about'),
    per_hour: dollars.optional().describe('Refused beyond this in an hour'),
    per_day: dollars.default(5).describe('Refused beyond this in 24 hours'),
    per_person_per_day: dollars.optional().describe('Refused beyond this to one person in 24 hours'),
    per_actor_per_day: dollars.optional().describe('Refused beyond this by one actor in 24 hours'),
  }).prefault({}),
  confirmation: section('What a human is asked about, or never done.', {
    write: rule.default('allow').describe('Operations that change something in the account'),
    send: rule.default('allow').describe('Operations that reach a person'),
    spend: rule.default('ask').describe('Operations that buy'),
    delete: rule.default('ask').describe('Operations that remove, close or revoke'),
    admin: asked.default('refuse').describe("Operations that change rules, keys or where people's words go"),
    recipients: z.int().min(0).default(10).describe('More people than this at once are asked about'),
    above: dollars.optional().describe('Anything dearer than this many US dollars is asked about'),
    expires_minutes: z
      .int()
      .min(1)
      .max(1440)
      .default(15)
      .describe('How long a question waits for its answer'),
  }).prefault({}),
});

export type Policy = z.output<typeof policySchema>;

export const defaultPolicy: Policy = policySchema.parse({});
