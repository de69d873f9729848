// Every operation of the full shelf: a request is made from its schema, encoded, and held against the provider's description.
import { describe, expect, it } from 'vitest';
import { createApp } from '../../../src/app.ts';
import { findOnShelf, shelfCards } from '../../../src/catalog/full/index.ts';
import { encode, type WireRequest } from '../../../src/client/encode.ts';
import { loadConfig } from '../../../src/config.ts';
import type { Operation, Row } from '../../../src/operation/define.ts';
import { described, hasDescriptions, object } from './descriptions.ts';
import { faultsOf } from './judge.ts';
import { sampleInput } from './sample.ts';

function wireOf(operation: Operation, input: unknown): WireRequest {
  const parsed = operation.input.parse(input);
  if (operation.request === undefined) throw new Error(`${operation.name} is no request`);
  const prepared: Row = operation.prepare?.(parsed, {}) ?? parsed;
  return encode(operation.request, prepared, undefined);
}

/** An input for the operation; where its body may have one of several shapes, one of them. */
function inputFor(operation: Operation): Row {
  return { ...sampleInput(operation), ...shaped[operation.name] };
}

const text = { friendly_name: 'words', language: 'en', types: { 'twilio/text': { body: 'words' } } };
const absent = undefined;
const shaped: Readonly<Record<string, Row>> = {
  'content_v1.CreateContent': text,
  'content_v1.UpdateContent': text,
  'messaging_v3.CreateV3TypingIndicator': { from: absent, to: absent, event: absent },
  'voice_v3.CreateV3Transcriptions': { mediaUrl: absent, audioStartedAt: absent },
};

const byGuards = ['REFUSED', 'CONFIRMATION_NEEDED'];
const account = `AC${'0'.repeat(32)}`;

/** In the path stands the account that the process acts for. */
function accountOf({ request }: Operation): Row {
  return request?.path.includes('{AccountSid}') ? { AccountSid: account } : {};
}

const operations = [...shelfCards().keys()].flatMap((id) => findOnShelf(id) ?? []);

describe('every operation', () => {
  it('takes an input made from its own schema and becomes a request with every field in its place', () => {
    const faults = operations.flatMap((operation) => {
      try {
        const wire = wireOf(operation, inputFor(operation));
        return /[{}]/.test(wire.path) ? [`${operation.name}: ${wire.path}`] : [];
      } catch (error) {
        return [`${operation.name}: ${String(error).slice(0, 300)}`];
      }
    });
    expect(faults).toEqual([]);
  });

  it('walks the corridor: what only looks is asked as it is encoded, what does more is asked or refused by a guard', async () => {
    const env = {
      TWILIO_MCP_MODE: 'dry-run',
      TWILIO_ACCOUNT_SID: account,
      TWILIO_AUTH_TOKEN: 'not-a-real-token',
      TWILIO_MCP_LOG_LEVEL: 'silent',
    };
    const app = await createApp(
      loadConfig({ env, envFile: new URL('../../support/empty.env', import.meta.url).pathname }),
    );
    const faults: string[] = [];
    for (const operation of operations) {
      const input = { ...inputFor(operation), ...accountOf(operation) };
      const result = await app.perform({ operation, input, actor: { name: 'test' } });
      if (!result.ok) {
        // A sample's word in a field for a URL is refused, in a read as in all else.
        const known = ['access.account', 'spend.unknown', 'destination.url_malformed'].includes(
          result.error.rule ?? '',
        );
        const isGuard = (operation.effect !== 'read' || known) && byGuards.includes(result.error.code);
        if (!isGuard) faults.push(`${operation.name}: ${result.error.code} ${result.error.message}`);
        continue;
      }
      const { method, url } = object(result.data['request']);
      const wire = wireOf(operation, input);
      const target = wire.path.slice(0, 40);
      if (method !== wire.method || !String(url).includes(target))
        faults.push(`${operation.name}: ${method} ${url}`);
    }
    await app.close();
    expect(faults).toEqual([]);
  });

  it.runIf(hasDescriptions)(
    'is what its description says',
    () => {
      const known = described();
      const faults: string[] = [];
      let held = 0;
      for (const operation of operations) {
        const description = known.get(operation.name);
        if (description === undefined) continue;
        held += 1;
        const wire = wireOf(operation, inputFor(operation));
        faults.push(...faultsOf(wire, description).map((each) => `${operation.name}: ${each}`));
      }
      expect(faults).toEqual([]);
      expect(held).toBeGreaterThan(1500);
    },
    120_000,
  );
});
