// The policy: every rule the owner can set, with what holds when nothing is said. Its file is documented in references/guardrails.md.
import { z } from 'zod';

const country = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 country code such as US');
const rule = z.enum(['allow', 'ask', 'refuse']);

export const policySchema = z.strictObject({
  access: z
    .strictObject({
      read_only: z.boolean().default(false),
      /** Operation names or patterns with `*`; empty allows all. */
      allow: z.array(z.string()).default([]),
      deny: z.array(z.string()).default([]),
    })
    .prefault({}),
  destination: z
    .strictObject({
      /** `own`: the countries of the account's own numbers. */
      countries: z.array(z.union([z.literal('own'), country])).default(['own']),
      /** Numbers, prefixes with `*`, email addresses or `*@domain`. */
      allow: z.array(z.string()).default([]),
      block: z.array(z.string()).default([]),
      /** Hosts that callbacks, media and TwiML may be on, besides Twilio's own and this server's. */
      url_hosts: z.array(z.string()).default([]),
    })
    .prefault({}),
  consent: z
    .strictObject({
      /** What happens where no consent is on record: a human is asked, or it is refused. A revocation always refuses. */
      missing: z.enum(['ask', 'refuse']).default('ask'),
    })
    .prefault({}),
  quiet_hours: z
    .strictObject({
      marketing: z
        .strictObject({
          from: z.string().default('09:00'),
          to: z.string().default('20:00'),
          sunday_from: z.string().default('12:00'),
        })
        .prefault({}),
      calls: z
        .strictObject({
          from: z.string().default('09:00'),
          to: z.string().default('20:00'),
          sunday_from: z.string().default('12:00'),
        })
        .prefault({}),
    })
    .prefault({}),
  limits: z
    .strictObject({
      contacts_per_hour: z.int().min(0).default(60),
      contacts_per_day: z.int().min(0).default(200),
      contacts_per_person_per_day: z.int().min(0).default(10),
      contacts_per_actor_per_hour: z.int().min(0).optional(),
      verifications_per_number_per_hour: z.int().min(0).default(5),
      verifications_per_hour: z.int().min(0).default(30),
      /** The same content to the same person is refused within this time. */
      repeat_window_minutes: z.int().min(0).default(10),
      call_minutes: z.int().min(1).max(240).default(10),
      rows_per_answer: z.int().min(1).max(1000).default(100),
    })
    .prefault({}),
  spend: z
    .strictObject({
      /** US dollars. */
      per_call: z.number().min(0).default(1),
      per_hour: z.number().min(0).optional(),
      per_day: z.number().min(0).default(5),
      per_person_per_day: z.number().min(0).optional(),
      per_actor_per_day: z.number().min(0).optional(),
    })
    .prefault({}),
  confirmation: z
    .strictObject({
      write: rule.default('allow'),
      send: rule.default('allow'),
      spend: rule.default('ask'),
      delete: rule.default('ask'),
      admin: z.enum(['ask', 'refuse']).default('refuse'),
      /** More people than this at once are asked for. */
      recipients: z.int().min(0).default(10),
      /** A call that costs more than this many US dollars is asked for. */
      above: z.number().min(0).optional(),
      expires_minutes: z.int().min(1).max(1440).default(15),
    })
    .prefault({}),
  taint: z
    .strictObject({
      /** How long strangers' words count as read. */
      minutes: z.int().min(0).default(60),
    })
    .prefault({}),
});

export type Policy = z.output<typeof policySchema>;

export const defaultPolicy: Policy = policySchema.parse({});
