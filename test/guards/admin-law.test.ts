// A law over the hand-shaped shelf: what changes where people's words go, keys, permissions or rules is an act of administration.
import { describe, expect, it } from 'vitest';
import { operations } from '../../src/catalog/index.ts';
import type { Operation } from '../../src/operation/define.ts';

/** Fields that hold a place Twilio will ask from then on, until somebody changes it. */
const lastingPlace = /(?:url|uri|callback|webhook|application_sid|trunk_sid)$/i;
/** Resources that are rules, keys, alarms or ways; Flows/Validate and a number's purchase change none. */
const rules =
  /\/(?:Keys|SigningKeys|AuthTokens|OAuthApps|SafeList|GeoPermissions|DialingPermissions|Permissions|Triggers|Webhooks|Sinks|Subscriptions|Applications|Trunks|Domains|Credentials|Workflows|Flows|IncomingPhoneNumbers\/\{\w+\})(?:\.json)?(?:\/\{\w+\}(?:\.json)?)?$/;
const suppressions = /\/suppressions?\b|\/asm\//;

function isAdmin(operation: Operation, input: Record<string, unknown> = {}): boolean {
  return operation.effect === 'admin' || operation.raises?.(input) === 'admin';
}

const changing = operations.filter(({ effect }) => effect !== 'read');

describe('an operation that changes something', () => {
  it.each(changing.map((operation) => [operation.name, operation] as const))('%s', (_, operation) => {
    const { effect, request, input } = operation;
    // What a single message or call reports to, or asks, is its own: the URL guard judges it.
    const places =
      effect === 'send' ? [] : Object.keys(input.shape).filter((field) => lastingPlace.test(field));
    for (const field of places)
      expect(isAdmin(operation, { [field]: 'https://example.com/x' }), `${field} sends words elsewhere`).toBe(
        true,
      );
    if (request === undefined) return;
    // A number's release gives it back; what it did is deleted with it.
    const released = effect === 'delete' && request.path.includes('IncomingPhoneNumbers');
    if (rules.test(request.path) && !released) expect(isAdmin(operation), request.path).toBe(true);
    if (request.method === 'DELETE' && suppressions.test(request.path))
      expect(isAdmin(operation), request.path).toBe(true);
  });

  it('is found by this law where it should be', () => {
    const admins = changing.filter((operation) => isAdmin(operation)).map(({ name }) => name);
    for (const name of [
      'account_update_number',
      'account_create_trigger',
      'studio_update_flow',
      'email_remove_suppression',
    ])
      expect(admins).toContain(name);
    expect('/v2/Flows/{flow_sid}').toMatch(rules);
    expect('/v2/Flows/Validate').not.toMatch(rules);
    expect('/v2/Flows/{flow_sid}/Executions').not.toMatch(rules);
  });
});
