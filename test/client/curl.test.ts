// The curl line means what the request means, to a real shell, and shows no secret.
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { asCurl } from '../../src/client/curl.ts';
import type { WireRequest } from '../../src/client/encode.ts';

const request: WireRequest = {
  method: 'POST',
  host: 'api',
  path: '/x.json',
  query: [],
  headers: {},
  body: { type: 'form', text: 'To=%2B1&Body=%40file%27s' },
};

it('writes the request, with the names of variables for the credentials', () => {
  expect(asCurl(request, 'https://api.twilio.com/x.json')).toBe(
    `curl -X POST 'https://api.twilio.com/x.json' -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" --data-raw 'To=%2B1&Body=%40file%27s'`,
  );
});

it('writes JSON, headers and other proofs', () => {
  const put: WireRequest = {
    ...request,
    method: 'PUT',
    host: 'sendgrid',
    headers: { 'If-Match': "it's" },
    body: { type: 'json', text: '{"a":"$HOME `id`"}' },
  };
  expect(asCurl(put, 'https://api.sendgrid.com/v3')).toBe(
    `curl -X PUT 'https://api.sendgrid.com/v3' -H "Authorization: Bearer $SENDGRID_API_KEY" -H 'If-Match: it'\\''s' -H 'Content-Type: application/json' --data-raw '{"a":"$HOME \`id\`"}'`,
  );
});

it('needs no -X for a plain read', () => {
  const { body: _, ...rest } = request;
  expect(asCurl({ ...rest, method: 'GET', host: 'segment-tracking' }, 'https://a/?b=%5Bc%5D')).toBe(
    `curl 'https://a/?b=%5Bc%5D' -u "$SEGMENT_WRITE_KEY:"`,
  );
});

it('gives a shell exactly the words that were meant', () => {
  const nasty = fc.string({
    unit: fc.constantFrom("'", '"', '\\', '$', '`', '!', '\n', ' ', ';', '&', '(', '~', '*', 'a', 'é'),
  });
  fc.assert(
    fc.property(nasty, nasty, (text, url) => {
      const line = asCurl({ ...request, body: { type: 'json', text } }, url);
      const out = execFileSync('/bin/sh', ['-c', `curl() { printf '%s\\0' "$@"; }; ${line}`], {
        env: { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 't' },
      });
      expect(out.toString().split('\0').slice(0, -1)).toEqual([
        '-X',
        'POST',
        url,
        '-u',
        'AC1:t',
        '-H',
        'Content-Type: application/json',
        '--data-raw',
        text,
      ]);
    }),
    { numRuns: 40 },
  );
});
