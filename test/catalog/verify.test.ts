// Verifications as data: who may be sent a code over what, which service it runs in, and that no answer holds a code.
import { describe, expect, it } from 'vitest';
import {
  cancelVerification,
  checkVerification,
  getVerification,
  startVerification,
} from '../../src/catalog/verify.ts';
import { createService, getService, updateService } from '../../src/catalog/verify-services.ts';
import type { Operation } from '../../src/operation/define.ts';
import { OperationError } from '../../src/operation/errors.ts';

const to = '+14155550123';
const sid = `VE${'0'.repeat(32)}`;
const service_sid = `VA${'0'.repeat(32)}`;
const otherService = `VA${'1'.repeat(32)}`;

function problems(operation: Operation, input: unknown): string {
  const parsed = operation.input.safeParse(input);
  if (parsed.success) return '';
  return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n');
}

describe('verify_start_verification', () => {
  it.each([
    ['sms by itself', { to }],
    ['a call with an extension', { to, channel: 'call', send_digits: 'ww1234#' }],
    ['WhatsApp', { to, channel: 'whatsapp', locale: 'pt-BR' }],
    ['email', { to: 'ana@example.com', channel: 'email' }],
    ['an own code of four', { to, custom_code: '1234' }],
    ['an own code of ten', { to, custom_code: '1234567890' }],
  ])('accepts %s', (_, input) => {
    expect(problems(startVerification, input)).toBe('');
  });

  it.each([
    ['email to a number', { to, channel: 'email' }, 'to: channel email goes to an email address'],
    ['sms to an address', { to: 'ana@example.com' }, 'to: channel email goes to an email address'],
    ['a number without country code', { to: '4155550123' }, 'to: must be an E.164 number'],
    ['a channel that needs a phone with an app', { to, channel: 'sna' }, 'channel'],
    ['an own code of three', { to, custom_code: '123' }, 'custom_code: must be 4 to 10'],
    ['an own code of eleven', { to, custom_code: '12345678901' }, 'custom_code: must be 4 to 10'],
    ['keys in an sms', { to, send_digits: '1' }, 'send_digits: are for channel call'],
    ['a name for a language', { to, locale: 'Spanish' }, 'locale: must be a language tag'],
    ['a code length, which the service sets', { to, code_length: 6 }, 'code_length'],
  ])('refuses %s', (_, input, reason) => {
    expect(problems(startVerification, input)).toContain(reason);
  });

  it.each([
    ['sms', to, 'sms'],
    ['call', to, 'voice'],
    ['whatsapp', to, 'whatsapp'],
    ['email', 'ana@example.com', 'email'],
  ])('reaches and bills by %s', (channel, address, expected) => {
    const input = startVerification.input.parse({ to: address, channel });
    expect(startVerification.reaches?.(input)).toEqual([
      { to: address, channel: expected, purpose: 'verification' },
    ]);
    expect(startVerification.costs?.(input)).toEqual({ kind: 'verification', channel: expected });
  });
});

describe('the service a verification runs in', () => {
  const inputs: [Operation, Record<string, unknown>][] = [
    [startVerification, { to }],
    [checkVerification, { code: '123456', to }],
    [getVerification, { sid }],
    [cancelVerification, { sid }],
  ];

  it.each(inputs)('is the configured one unless the call names another: $name', (operation, input) => {
    const configured = { verifyServiceSid: service_sid };
    const prepare = (given: Record<string, unknown>) =>
      operation.prepare?.(operation.input.parse(given), configured);
    expect(prepare(input)).toMatchObject({ ...input, service_sid });
    expect(prepare({ ...input, service_sid: otherService })).toMatchObject({ service_sid: otherService });
  });

  it.each(inputs)('is asked for where there is none: $name', (operation, input) => {
    const attempt = () => operation.prepare?.(operation.input.parse(input), {});
    expect(attempt).toThrow(OperationError);
    expect(attempt).toThrow('There is no Verify service');
  });
});

describe('verify_check_verification', () => {
  it('takes the number or the verification, not both and not neither', () => {
    expect(problems(checkVerification, { code: '123456', to })).toBe('');
    expect(problems(checkVerification, { code: '123456', verification_sid: sid })).toBe('');
    expect(problems(checkVerification, { code: '123456' })).toContain('give either');
    expect(problems(checkVerification, { code: '123456', to, verification_sid: sid })).toContain(
      'give either',
    );
  });

  it('refuses what cannot be a code', () => {
    expect(problems(checkVerification, { code: '123', to })).toContain('code: must be 4 to 10');
    expect(problems(checkVerification, { code: '12 34', to })).toContain('code: must be 4 to 10');
  });

  it('uses up a try each time, so it is not repeated by itself', () => {
    expect(checkVerification.effect).toBe('write');
    expect(checkVerification.idempotent).toBeUndefined();
  });
});

describe('what is told of a verification', () => {
  const body = {
    sid,
    service_sid,
    status: 'pending',
    to,
    channel: 'sms',
    code: '424242',
    sna: { url: 'https://example.com/sna' },
    send_code_attempts: [{ attempt_sid: 'VL1' }, { attempt_sid: 'VL2' }],
  };

  it.each([startVerification, getVerification, cancelVerification])(
    'counts the codes sent and shows none: $name',
    (operation) => {
      const told = operation.output.parse(operation.answer?.(body, {}));
      expect(told).toEqual({
        sid,
        service_sid,
        status: 'pending',
        to,
        channel: 'sms',
        send_code_attempts: 2,
      });
    },
  );

  it('is never that it was approved without a code', () => {
    expect(cancelVerification.request?.fixed).toEqual({ Status: 'canceled' });
    expect(problems(cancelVerification, { sid, status: 'approved' })).not.toBe('');
  });
});

describe('Verify services', () => {
  it('set the code length, from 4 to 10', () => {
    for (const code_length of [4, 10]) {
      expect(problems(createService, { friendly_name: 'Example', code_length })).toBe('');
      expect(problems(updateService, { sid: service_sid, code_length })).toBe('');
    }
    expect(problems(createService, { friendly_name: 'Example', code_length: 3 })).toContain('code_length');
    expect(problems(updateService, { sid: service_sid, code_length: 11 })).toContain('code_length');
  });

  it('need a name of at most 32 characters', () => {
    expect(problems(createService, {})).toContain('friendly_name');
    expect(problems(createService, { friendly_name: 'x'.repeat(32) })).toBe('');
    expect(problems(createService, { friendly_name: 'x'.repeat(33) })).toContain('friendly_name');
  });

  it('are not updated with nothing', () => {
    expect(problems(updateService, { sid: service_sid })).toContain('give at least one setting');
  });

  it('are told as they are, even outside our bounds', () => {
    const row = { sid: service_sid, friendly_name: 'Example', code_length: 12, custom_code_enabled: false };
    expect(getService.output.parse({ ...row, push: {}, links: {} })).toEqual(row);
  });
});
