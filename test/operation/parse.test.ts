// What a caller is told of an input that will not do: each field by name, in words, with the field that was meant.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineOperation } from '../../src/operation/define.ts';
import { parseInput } from '../../src/operation/parse.ts';

const operation = defineOperation({
  name: 'messaging_try_input',
  title: 'Try an input',
  about: 'Tries an input.',
  effect: 'read',
  input: z.strictObject({
    body: z.string().min(3).max(5),
    limit: z.int().min(1).max(10).optional(),
    kinds: z
      .array(z.enum(['sms', 'call']))
      .max(2)
      .optional(),
    page_size: z.number().optional(),
    to: z.string().regex(/^\+/, 'must be E.164').optional(),
  }),
  output: z.object({}),
});

function refusalOf(input: object): string {
  try {
    parseInput(operation, input, {});
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return 'it was taken';
}

describe('an input that will not do', () => {
  it.each([
    [{}, 'body is missing'],
    [{ body: 5 }, 'body must be string'],
    [{ body: 'hi' }, 'body must have at least 3 characters'],
    [{ body: 'hello you' }, 'body must have at most 5 characters'],
    [{ body: 'hey', limit: 0 }, 'limit must be 1 or more'],
    [{ body: 'hey', limit: 11 }, 'limit must be 10 or less'],
    [{ body: 'hey', kinds: ['fax'] }, 'kinds.0 must be sms or call'],
    [{ body: 'hey', kinds: ['sms', 'sms', 'sms'] }, 'kinds must have at most 2 of them'],
    [{ body: 'hey', to: '415' }, 'to must be E.164'],
  ])('%j: %s', (input, told) => {
    expect(refusalOf(input)).toContain(told);
  });

  it.each([
    ['bdy', 'body'],
    ['bodyy', 'body'],
    ['bodi', 'body'],
    ['Pagesize', 'page_size'],
    ['page', 'page_size'],
    ['lmiit', undefined],
    ['x', undefined],
  ])('%s: did you mean %s?', (key, meant) => {
    const told = refusalOf({ body: 'hey', [key]: 1 });
    expect(told).toContain(`"${key}" is not a field`);
    if (meant === undefined) expect(told).not.toContain('did you mean');
    else expect(told).toContain(`(did you mean ${meant}?)`);
  });
});
