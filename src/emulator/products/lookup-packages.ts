// Here: the data packages of Lookup v2: what each says of a number that nobody has told the emulator about.
// Not here: which packages a request gets, and what a tester has told (lookup.ts).
import type { PhoneNumber } from 'libphonenumber-js/max';
import type { World } from '../state.ts';
import type { Form } from '../wire.ts';
import { isApproved } from './verify-verification.ts';

type Asked = {
  readonly world: World;
  readonly accountSid: string;
  readonly query: Form;
  readonly number: PhoneNumber;
};
export type Facts = Readonly<Record<string, unknown>>;
type Package = {
  readonly say: (asked: Asked) => Facts;
  /** Refuses other lines with 60612 (docs/api/errors/60612). */
  readonly isMobileOnly?: boolean;
  /** Refuses other countries with 60607 (docs/api/errors/60607). */
  readonly countries?: readonly string[];
};

const LINE_TYPES = {
  mobile: 'mobile',
  landline: 'landline',
  voip: 'nonFixedVoip',
  'toll-free': 'tollFree',
} as const;

function carrierOf({ number, world }: Asked): Facts {
  const isMobile = world.phones.get(number.number).line === 'mobile';
  // Canada tells no carriers without a permission (docs/lookup/v2-api/sim-swap).
  const isTold = number.country !== 'CA';
  return {
    carrier_name: isTold ? 'Emulated Wireless' : null,
    mobile_country_code: isTold && isMobile ? '310' : null,
    mobile_network_code: isTold && isMobile ? '000' : null,
  };
}

/** Parameter → its field of the answer; the two address lines share one. */
const IDENTITY: Readonly<Record<string, string>> = {
  FirstName: 'first_name_match',
  LastName: 'last_name_match',
  AddressLine1: 'address_lines_match',
  AddressLine2: 'address_lines_match',
  City: 'city_match',
  State: 'state_match',
  PostalCode: 'postal_code_match',
  AddressCountryCode: 'address_country_match',
  NationalId: 'national_id_match',
  DateOfBirth: 'date_of_birth_match',
};

function identity({ query }: Asked): Facts {
  const given = Object.keys(IDENTITY).filter((name) => (query.get(name) ?? '') !== '');
  const told = new Set(given.map((name) => IDENTITY[name]));
  const fields = [...new Set(Object.values(IDENTITY))];
  if (given.length === 0) {
    const nothing = Object.fromEntries(fields.map((field) => [field, null]));
    const error_message = 'Missing at least one valid additional argument';
    return { ...nothing, summary_score: null, error_code: 60_617, error_message };
  }
  const matches = fields.map((field) => [field, told.has(field) ? 'exact_match' : 'no_data_available']);
  return { ...Object.fromEntries(matches), summary_score: 100, error_code: null, error_message: null };
}

function reassigned({ query }: Asked): Facts {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(query.get('LastVerifiedDate') ?? '') ?? [];
  if (year === undefined) {
    // Twilio describes this one error code as a string.
    return { last_verified_date: null, is_number_reassigned: null, error_code: '60617' };
  }
  // The registry of reassigned numbers goes back to January 2021 (docs/lookup/v2-api/reassigned-number).
  const is_number_reassigned = Number(year) < 2021 ? 'no_data_available' : 'no';
  return { last_verified_date: `${year}-${month}-${day}`, is_number_reassigned, error_code: null };
}

function preFill({ world, accountSid, query, number }: Asked): Facts {
  // It needs a verification of this number that succeeded, and says 60623 otherwise (docs/api/errors/60623).
  if (!isApproved(world, accountSid, query.get('VerificationSid') ?? '', number.number)) {
    const nameless = { first_name: null, last_name: null, address_line: null };
    return { ...nameless, country_code: null, state: null, postal_code: null, error_code: 60_623 };
  }
  return {
    first_name: 'Ana',
    last_name: 'Example',
    address_line: '1 Main Street',
    country_code: 'US',
    state: 'CA',
    postal_code: '94105',
    error_code: null,
  };
}

const PACKAGES: Readonly<Record<string, Package>> = {
  caller_name: {
    countries: ['US'],
    say: () => ({ caller_name: 'ANA EXAMPLE', caller_type: 'CONSUMER', error_code: null }),
  },
  sim_swap: {
    isMobileOnly: true,
    say: (asked) => ({
      last_sim_swap: { last_sim_swap_date: null, swapped_period: 'PT24H', swapped_in_period: false },
      ...carrierOf(asked),
      error_code: null,
    }),
  },
  call_forwarding: {
    isMobileOnly: true,
    say: () => ({ call_forwarding_enabled: false, error_code: null }),
  },
  line_status: { isMobileOnly: true, say: () => ({ status: 'active', error_code: null }) },
  line_type_intelligence: {
    say: (asked) => ({
      type: LINE_TYPES[asked.world.phones.get(asked.number.number).line],
      ...carrierOf(asked),
      error_code: null,
    }),
  },
  identity_match: { say: identity },
  reassigned_number: { countries: ['US'], say: reassigned },
  sms_pumping_risk: {
    say: () => ({
      carrier_risk_category: 'low',
      number_blocked: false,
      number_blocked_date: null,
      number_blocked_last_3_months: false,
      sms_pumping_risk_score: 4,
      error_code: null,
    }),
  },
  phone_number_quality_score: {
    say: () => ({
      carrier_risk_score: 4,
      carrier_risk_category: 'low',
      disposable_phone_risk_score: 3,
      disposable_phone_risk_category: 'low',
      quality_score: 96,
      quality_category: 'high',
      velocity_risk_score: 0,
      velocity_risk_category: 'low',
      error_code: null,
    }),
  },
  pre_fill: { say: preFill },
};

export const PACKAGE_NAMES: readonly string[] = Object.keys(PACKAGES);

/** What a package answers by itself; where it does not reach, all of its fields are null but the error code. */
export function sayOf(name: string, asked: Asked): Facts {
  const found = PACKAGES[name];
  if (found === undefined) return {};
  const { say, isMobileOnly, countries } = found;
  const facts = say(asked);
  const but = (code: number): Facts => {
    const nothing = Object.fromEntries(Object.keys(facts).map((field) => [field, null]));
    return { ...nothing, error_code: name === 'reassigned_number' ? String(code) : code };
  };
  if (countries !== undefined && !countries.includes(asked.number.country ?? '')) return but(60_607);
  const { line } = asked.world.phones.get(asked.number.number);
  return isMobileOnly === true && line !== 'mobile' ? but(60_612) : facts;
}
