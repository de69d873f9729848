// The policy file: read whole or refused whole, every fault named, the nearest key told; published schema and worked example are true.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defaultPolicy, policySchema } from '../src/guards/policy.ts';
import { OperationError } from '../src/operation/errors.ts';
import { loadPolicy, parsePolicy } from '../src/policy-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-policy-'));

afterEach(() => rmSync(join(folder, 'policy.yaml'), { force: true }));

function written(text: string): string {
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, text);
  return file;
}

function faultOf(text: string): string {
  try {
    parsePolicy(text, 'policy.yaml');
  } catch (error) {
    if (error instanceof OperationError && error.code === 'CONFIGURATION_INVALID') return error.message;
    throw error;
  }
  return '';
}

describe('without a file', () => {
  it('the defaults hold', () => {
    expect(loadPolicy({ file: undefined, readOnly: false })).toEqual(defaultPolicy);
  });

  it('are as the owner was promised', () => {
    expect(defaultPolicy).toMatchObject({
      access: { read_only: false, allow: [], deny: [] },
      destination: { countries: ['own'] },
      consent: { missing: 'ask' },
      quiet_hours: {
        marketing: { from: '09:00', to: '20:00', sunday_from: '12:00' },
        calls: { from: '09:00', to: '20:00', sunday_from: '12:00' },
      },
      limits: {
        contacts_per_hour: 60,
        contacts_per_day: 200,
        contacts_per_person_per_day: 10,
        verifications_per_number_per_hour: 5,
        verifications_per_hour: 30,
        call_minutes: 10,
        rows_per_answer: 100,
      },
      spend: { per_call: 1, per_day: 5 },
      confirmation: {
        write: 'allow',
        send: 'allow',
        spend: 'ask',
        delete: 'ask',
        admin: 'refuse',
        recipients: 10,
      },
    });
  });
});

describe('a file', () => {
  it('may be YAML or JSON, and says only what differs', () => {
    const expected = { ...defaultPolicy, spend: { ...defaultPolicy.spend, per_day: 2.5 } };
    expect(loadPolicy({ file: written('# ours\nspend:\n  per_day: 2.5\n'), readOnly: false })).toEqual(
      expected,
    );
    expect(loadPolicy({ file: written('{"spend": {"per_day": 2.5}}'), readOnly: false })).toEqual(expected);
    expect(loadPolicy({ file: written('# nothing yet\n'), readOnly: false })).toEqual(defaultPolicy);
  });

  it('is made stricter by TWILIO_MCP_READ_ONLY, never laxer', () => {
    expect(loadPolicy({ file: written('access: {}'), readOnly: true }).access.read_only).toBe(true);
    expect(loadPolicy({ file: written('access: {read_only: true}'), readOnly: false }).access.read_only).toBe(
      true,
    );
  });

  it('is joined by the hosts of the URLs among the settings', () => {
    const urls = ['https://example.com/status', 'http://127.0.0.1:4010/status'];
    const file = written('destination: {url_hosts: [hooks.example.com]}');
    const { url_hosts } = loadPolicy({ file, readOnly: false, urls }).destination;
    expect(url_hosts).toEqual(['hooks.example.com', 'example.com', '127.0.0.1:4010']);
  });

  it('that is not there stops the server', () => {
    expect(() => loadPolicy({ file: join(folder, 'none.yaml'), readOnly: false })).toThrow(
      /none\.yaml is not usable: cannot be read/,
    );
  });
});

describe('a fault', () => {
  it.each([
    ['a misspelt section', 'spending: {}', 'spending is not known: did you mean spend?'],
    ['a misspelt key', 'spend: {per-day: 1}', 'spend.per-day is not known: did you mean per_day?'],
    [
      'a key inside a section',
      'consent: {mising: ask}',
      'consent.mising is not known: did you mean missing?',
    ],
    [
      'a key of a region',
      'quiet_hours: {regions: {FR: {sunday: false}}}',
      'quiet_hours.regions.FR.sunday is not known: did you mean sundays?',
    ],
    ['a key like none', 'spend: {xyzzy: 1}', 'spend.xyzzy is not known: there are per_call, per_hour'],
    ['a word that is none of those', 'confirmation: {admin: allow}', 'confirmation.admin'],
    ['a country by name', 'destination: {countries: [Germany]}', 'destination.countries.0'],
    [
      'a time that is none',
      "quiet_hours: {calls: {from: '25:00'}}",
      'quiet_hours.calls.from must be a time of day',
    ],
    [
      'hours over midnight',
      "quiet_hours: {marketing: {from: '20:00', to: '06:00'}}",
      'quiet_hours.marketing.from must not begin after',
    ],
    ['a zone that is none', "quiet_hours: {zones: {'+1415*': Mars/Base}}", 'must be an IANA time zone'],
    ['less than nothing', 'spend: {per_day: -1}', 'spend.per_day'],
    ['a key twice', 'spend: {per_day: 1}\nspend: {per_day: 100}', 'Map keys must be unique'],
    ['no YAML at all', 'spend: [', 'policy.yaml is not usable'],
    ['a list', '- spend', 'the whole'],
    ['a text', 'strict please', 'the whole'],
  ])('%s', (_, text, message) => {
    expect(faultOf(text)).toContain(message);
  });

  it('is told together with all others', () => {
    expect(faultOf('spending: {}\nlimits: {call_minutes: 0}\n')).toMatch(
      /limits\.call_minutes.*spending|spending.*limits\.call_minutes/,
    );
  });
});

describe('the documents', () => {
  const page = readFileSync('references/guardrails.md', 'utf8');

  it('show an example that holds, names every section, and differs from the defaults', () => {
    const [, example = ''] = /^```yaml\n([\s\S]*?)^```/m.exec(page) ?? [];
    const policy = parsePolicy(example, 'the example');
    for (const section of Object.keys(policySchema.shape)) expect(example).toContain(`\n${section}:`);
    expect(policy).not.toEqual(defaultPolicy);
  });

  it('describe every key, in the schema and on the page', () => {
    const schema: unknown = z.toJSONSchema(policySchema, { io: 'input' });
    const keys = described(schema, '');
    expect(keys.length).toBeGreaterThan(40);
    for (const { key, description } of keys) {
      expect(description, `${key} is not described`).toBeTruthy();
      expect(page, `${key} is not on the page`).toContain(`\`${key}\``);
    }
  });

  it('tell what to do on every rule that can refuse or ask', () => {
    const rules = new Set(
      [
        'access',
        'integrity',
        'destination',
        'urls',
        'consent',
        'whatsapp-window',
        'quiet-hours',
        'taint',
        'admin',
        'spend',
        'limits',
        'confirmation',
      ]
        .map((name) => readFileSync(`src/guards/${name}.ts`, 'utf8'))
        .flatMap((text) => [
          ...text.matchAll(
            /'((?:access|integrity|destination|consent|whatsapp|quiet_hours|taint|confirmation|spend|limits)\.[a-z_]+)'/g,
          ),
        ])
        .map(([, rule = '']) => rule),
    );
    expect(rules.size).toBeGreaterThan(25);
    for (const rule of rules) expect(page, `${rule} is not on the page`).toContain(`\`${rule}\``);
  });
});

function described(node: unknown, path: string): { readonly key: string; readonly description: unknown }[] {
  const properties = Object(Object(node).properties);
  return Object.entries<{ description?: string; properties?: object }>(properties).flatMap(
    ([name, inner]) => {
      const key = path === '' ? name : `${path}.${name}`;
      const below = inner.properties === undefined ? [] : described(inner, key);
      return [{ key, description: inner.description }, ...below];
    },
  );
}
