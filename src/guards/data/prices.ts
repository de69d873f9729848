// Twilio's published prices as far as they were found, each with its date and source. `twilio-mcp prices refresh` replaces them.
import type { Prices } from '../prices.ts';

/** Carriers' fees come on top of Twilio's price in the US and Canada and differ by network: the dearest found is $0.005 a segment. */
export const carrierFees: Readonly<Record<string, number>> = { US: 0.005, CA: 0.005 };

// Pages as read by others, since this table was made without access to twilio.com:
// - SMS $0.0083, MMS $0.022 (US): twilio.com/en-us/sms/pricing/us, "current as of October 2026", read 2026-11-09 by API Evangelist.
// - Voice $0.014 a minute, local number $1.15, toll-free $2.15 a month (US): twilio.com/en-us/voice/pricing/us, read 2026-05-04, ibid.
// - Voice to Alaska $0.09: the example of Twilio's OpenAPI description of the Pricing API.
// - Numbers and calls in Canada: as in the US, which Twilio's voice prices name together.
// - SMS to Canada $0.0083, to Puerto Rico $0.042: LeadConnector's table of Twilio prices, 2026.
// - Verify $0.05 and the message, on WhatsApp $0.0034 more: twilio.com/en-us/verify/pricing, read 2026-10-07.
// - Lookup line type $0.008, caller name $0.01: twilio.com/en-us/user-authentication-identity/pricing/lookup, read 2026-10.
// - Twilio's own fee for a WhatsApp message $0.005; Meta's for a template to the US at most $0.025 (marketing), 2025-07.
// - Carriers' fee for an MMS: $0.01 is an upper estimate of ours; no page was found.
// - Email: within SendGrid's monthly plan no email costs extra; the plan is not counted here.
export const publishedPrices: Prices = {
  asOf: '2026-11-09',
  source: "Twilio's public price pages, as far as they were found, with the carriers' fees",
  countries: {
    US: {
      sms: 0.0083 + 0.005,
      mms: 0.022 + 0.01,
      voice: { '1': 0.014, '1907': 0.09 },
      numbers: { local: 1.15, tollfree: 2.15 },
      whatsapp: 0.005 + 0.025,
    },
    CA: {
      sms: 0.0083 + 0.005,
      mms: 0.022 + 0.01,
      voice: { '1': 0.014 },
      numbers: { local: 1.15, tollfree: 2.15 },
      whatsapp: 0.005 + 0.025,
    },
    PR: { sms: 0.042 },
  },
  verification: 0.05,
  whatsapp: 0.005,
  lookups: { validation: 0, line_type_intelligence: 0.008, caller_name: 0.01 },
  email: 0,
};
