// Every operation, met by inputs and answers nobody thought of: each is carried out or refused in words, and no input moves the request elsewhere.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fenceStrangers, project } from '../../src/answer.ts';
import { type App, createApp } from '../../src/app.ts';
import { operations } from '../../src/catalog/index.ts';
import { encode, type WireRequest } from '../../src/client/encode.ts';
import { pageRequest } from '../../src/client/pages.ts';
import { loadConfig } from '../../src/config.ts';
import { policySchema } from '../../src/guards/policy.ts';
import type { RequestTemplate, Row } from '../../src/operation/define.ts';
import { OperationError } from '../../src/operation/errors.ts';
import { parseInput } from '../../src/operation/parse.ts';
import { lenient } from '../support/world.ts';
import { garbageFor, inputsOf, seed } from './from-schema.ts';

const account = `AC${'0'.repeat(32)}`;
const defaults = {
  account,
  from: '+14155550100',
  verifyServiceSid: `VA${'0'.repeat(32)}`,
  segmentSpaceId: 'spa_1',
};
const each = operations.map((operation) => [operation.name, operation] as const);

let app: App;
const log: string[] = [];

beforeAll(async () => {
  const env = {
    TWILIO_ACCOUNT_SID: account,
    TWILIO_AUTH_TOKEN: 'a-token-of-this-test',
    TWILIO_FROM: '+14155550100',
    TWILIO_MCP_MODE: 'dry-run',
    TWILIO_MCP_TOOLSETS: 'all',
  };
  app = await createApp(
    loadConfig({ env, envFile: new URL('../support/empty.env', import.meta.url).pathname }),
    {
      now: () => new Date(Date.UTC(2026, 10, 23, 15)),
      sleep: async () => undefined,
      policy: policySchema.parse(lenient),
      writeLog: (line) => log.push(line),
    },
  );
});

afterAll(() => app.close());

describe.each(each)('%s', (_, operation) => {
  it('walks the corridor with any input that fits its schema, and refuses the rest in words', async () => {
    const inputs = fc.oneof(inputsOf(operation.input), garbageFor(operation.input));
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        const result = await app.perform({ operation, input, actor: { name: 'fuzz' } });
        if (result.ok) return;
        expect(result.error.code, `${fc.stringify(input)}: ${log.at(-1)}`).not.toBe('INTERNAL');
        expect(result.error.next).not.toBe('');
        expect(result.error.message.length).toBeLessThan(6000);
      }),
      { seed, numRuns: 12 },
    );
  });

  it('says whom it reaches and what it costs for any input it accepts', () => {
    fc.assert(
      fc.property(inputsOf(operation.input), (input) => {
        const parsed = parsedOr(() => parseInput(operation, input, defaults).input);
        if (parsed === undefined) return;
        for (const { to, channel } of operation.reaches?.(parsed) ?? [])
          expect(typeof to + channel).toMatch(/^string./);
        expect(operation.costs?.(parsed).kind ?? 'none').toMatch(/^\w+$/);
        expect(operation.raises?.(parsed) ?? operation.effect).toMatch(/^\w+$/);
      }),
      { seed, numRuns: 12 },
    );
  });

  it('reads any answer without a fault', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), inputsOf(operation.input), (answer, input) => {
        const parsed = parsedOr(() => parseInput(operation, input, defaults).input);
        if (parsed === undefined || typeof answer !== 'object' || answer === null) return;
        const body: Row = Array.isArray(answer) ? { rows: answer } : { ...answer };
        const shaped = operation.answer?.(body, parsed) ?? body;
        const { data } = project(operation.output, shaped);
        for (const key of Object.keys(data)) expect(Object.keys(operation.output.shape)).toContain(key);
        expect(fenceStrangers(operation.output, data, (text) => text)).toEqual(data);
      }),
      { seed, numRuns: 12 },
    );
  });
});

const requests = operations.flatMap(({ name, request, ...rest }) =>
  request === undefined ? [] : [[name, { ...rest, name, request }] as const],
);

describe.each(requests)('the request of %s', (_, operation) => {
  it('goes to its own path whatever the input says', () => {
    const { request } = operation;
    fc.assert(
      fc.property(inputsOf(operation.input), (input) => {
        const wire = parsedOr(() => wireOf(request, parseInput(operation, input, defaults).input));
        if (wire === undefined) return;
        expect(wire.host).toBe(request.host);
        expect(shapeOf(request.path).test(wire.path), `${wire.path} is not ${request.path}`).toBe(true);
        expect(new URL(`https://h${wire.path}`).pathname).toBe(wire.path);
        for (const value of Object.values(wire.headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
        if (wire.body?.type === 'json') JSON.parse(wire.body.text);
        else expect(wire.body?.text ?? '').toMatch(/^[\w.~%&=-]*$/);
      }),
      { seed, numRuns: 12 },
    );
  });
});

function wireOf(template: RequestTemplate, input: Row): WireRequest {
  return template.list === undefined
    ? encode(template, input, account)
    : pageRequest({ template, input, account });
}

/** One segment for one placeholder: no input may add or take one away. */
function shapeOf(path: string): RegExp {
  const literal = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/\{\w+\}/g, '[^/?#]+')}$`);
}

/** Undefined where the input is refused as it should be; anything else that is thrown is a fault. */
function parsedOr<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof OperationError && error.code === 'INVALID_INPUT') return undefined;
    throw error;
  }
}
