// The official `twilio` package makes the calls that conformance/wire.ts compares with ours. Plain JavaScript: its types are not installed with ours.
import twilio from 'twilio';

const { base, accountSid, authToken, calls } = JSON.parse(process.argv[2]);

class Loopback extends twilio.RequestClient {
  request(options) {
    return super.request({ ...options, uri: options.uri.replace(/^https:\//, base) });
  }
}

const client = twilio(accountSid, authToken, { httpClient: new Loopback() });

/** `['messages', 'create', {…}]`, `['calls', 'CA…', 'update', {…}]`: names lead on, a SID is called with. */
async function make(steps) {
  const last = steps.findLastIndex((step) => typeof step === 'string');
  let at = client;
  for (const step of steps.slice(0, last)) at = step in at ? at[step] : at(step);
  return at[steps[last]](...steps.slice(last + 1).map(revived));
}

/** Dates come as `{ date }`. */
function revived(value) {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, each?.date === undefined ? each : new Date(each.date)]),
  );
}

// What comes back is an empty object, which not every class of the package can be made of; only what was asked counts here.
for (const steps of calls) await make(steps).catch(() => undefined);
