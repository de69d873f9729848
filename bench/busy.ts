// The rules of an owner whose server is busy at any hour: every guard is at work, none at its limit.
import { policySchema } from '../src/guards/policy.ts';

const plenty = 1_000_000;
const anyHour = { from: '00:00', to: '24:00', sunday_from: '00:00' };

export const busyPolicy = policySchema.parse({
  destination: { countries: ['US'] },
  limits: { contacts_per_hour: plenty, contacts_per_day: plenty, contacts_per_person_per_day: plenty },
  spend: { per_day: plenty, per_hour: plenty, per_person_per_day: plenty, per_actor_per_day: plenty },
  quiet_hours: { calls: anyHour, marketing: anyHour },
});
