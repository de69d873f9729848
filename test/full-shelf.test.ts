// The full shelf through the front door: found by plain words, called by id, listed when asked for; answers chosen and bounded.
import { afterEach, describe, expect, it } from 'vitest';
import { shelfCards } from '../src/catalog/full/index.ts';
import { toolNameOf } from '../src/catalog/full/tool-name.ts';
import { findOperation } from '../src/catalog/index.ts';
import { findAny } from '../src/mcp/discovery.ts';
import { findIds } from '../src/mcp/search.ts';
import { selected } from '../src/mcp/selection.ts';
import { chooseSurface } from '../src/mcp/surface.ts';
import type { Result } from '../src/operation/result.ts';
import { questions } from './questions.ts';
import { createWorld, kinds, type Row, type World, type WorldOptions } from './support/world.ts';

let world: World | undefined;

async function begin(options: WorldOptions = {}): Promise<World> {
  world = await createWorld({ ...options, env: { TWILIO_MCP_TOOLSETS: 'discovery', ...options.env } });
  return world;
}

afterEach(() => world?.close());

function rows(answer: Row, key: string): Row[] {
  const found = answer[key];
  return Array.isArray(found) ? found : [];
}

describe.each(kinds)('with a %s client', (kind) => {
  it('calls any operation by its id, in its own words, and reads by its own names', async () => {
    const { ok, emulator } = await begin({ kind });
    const document = await ok('run_operation', {
      operation: 'sync_v1.CreateDocument',
      input: { ServiceSid: 'default', UniqueName: 'depot', Data: { open: true } },
    });
    expect(document).toMatchObject({ unique_name: 'depot', data: { open: true } });
    const numbers = await ok('read_operation', {
      operation: 'api_v2010.ListIncomingPhoneNumber',
      input: { PhoneNumber: '+14155550100' },
      select: ['phone_number', 'capabilities.sms'],
    });
    expect(rows(numbers, 'incoming_phone_numbers')).toEqual([
      { phone_number: '+14155550100', 'capabilities.sms': true },
    ]);
    expect(emulator.emulator.requests().at(-1)?.query).toEqual({
      PhoneNumber: '+14155550100',
      PageSize: '20',
    });
    const balance = await ok('read_operation', { operation: 'FetchBalance' });
    expect(balance).toMatchObject({ currency: 'USD' });
  });

  it('says which rows and fields were left out, and where the list goes on', async () => {
    const { client } = await begin({ kind });
    const call = {
      operation: 'api_v2010.ListAvailablePhoneNumberLocal',
      input: { CountryCode: 'US' },
      limit: 2,
    };
    const { text, data } = await client.call('read_operation', call);
    expect(rows(data, 'available_phone_numbers')).toHaveLength(2);
    expect(text).toMatch(/Fields left out: .*Name them in select/);
  });
});

describe('calls by name', () => {
  it('take range filters under lawful names and as Twilio spells them', async () => {
    const { ok, emulator } = await begin();
    const lawful = { DateSentAfter: '2026-11-20', DateSentBefore: '2026-11-25' };
    const twilios = { 'DateSent>': '2026-11-20', 'DateSent<': '2026-11-25' };
    for (const input of [lawful, twilios]) {
      await ok('read_operation', { operation: 'api_v2010.ListMessage', input });
      expect(emulator.emulator.requests().at(-1)?.query).toMatchObject(twilios);
    }
  });

  it('go to the configured account and to no other', async () => {
    const { no, requests } = await begin();
    const other = { operation: 'api_v2010.ListMessage', input: { AccountSid: `AC${'9'.repeat(32)}` } };
    expect(await no('read_operation', other)).toMatch(/^REFUSED: .*another account.*access\.account/);
    expect(requests()).toEqual([]);
  });

  it('tell what to mend: a wrong field, a name of several, a name of none, a read that is none', async () => {
    const { no } = await begin();
    const wrong = {
      operation: 'verify_v2.CreateVerification',
      input: { ServiceSid: 'VA1', To: '+14155550123' },
    };
    expect(await no('run_operation', wrong)).toMatch(
      /ServiceSid must be VA followed by 32.*Channel is missing/,
    );
    expect(await no('run_operation', { operation: 'CreateService' })).toMatch(
      /UNKNOWN_OPERATION: Several operations are called "CreateService".*\n.*Did you mean \w+\.CreateService/,
    );
    expect(await no('run_operation', { operation: 'video_v1.CreateRooms' })).toMatch(
      /Did you mean video_v1\.CreateRoom /,
    );
    expect(await no('read_operation', { operation: 'video_v1.CreateRoom' })).toMatch(
      /^REFUSED: .*effect: spend/,
    );
  });

  it('say so when the local Twilio has no such route, with the route', async () => {
    const { no } = await begin();
    expect(await no('read_operation', { operation: 'video_v1.ListRoom' })).toMatch(/HTTP 501.*[\s\S]*video/);
  });
});

describe('search', () => {
  it('finds the right operation among the first three for what people ask', () => {
    expect(questions.length).toBeGreaterThanOrEqual(150);
    const known = questions.flatMap(([, ...right]) => right).filter((id) => findAny(id) === undefined);
    expect(known, 'the questions name operations that exist').toEqual([]);
    const missed = questions.filter(([query, ...right]) => {
      const first = findIds({ query, retired: false }).slice(0, 3);
      return !first.some((id) => right.includes(id));
    });
    expect(
      missed.map(([query]) => query),
      'src/mcp/phrases.ts says what else people call an operation',
    ).toEqual([]);
  });

  it('gives the whole schema of one operation, and the fields of several', async () => {
    const { ok } = await begin();
    const one = await ok('search_operations', { query: 'trunking_v1.CreateTrunk', schema: true });
    expect(rows(one, 'operations')).toHaveLength(1);
    expect(one).toMatchObject({
      operations: [{ operation: 'trunking_v1.CreateTrunk', effect: 'admin', input: { type: 'object' } }],
    });
    const several = await ok('search_operations', { query: 'create a sip trunk', limit: 3 });
    expect(rows(several, 'operations')).toHaveLength(3);
    expect(Number(several['more'])).toBeGreaterThan(0);
  });

  it('leaves retired products out unless they are asked for', () => {
    const query = 'create a chat channel in programmable chat';
    const isRetired = (id: string) => shelfCards().get(id)?.retired !== undefined;
    expect(findIds({ query, retired: false }).filter(isRetired)).toEqual([]);
    expect(findIds({ query, retired: true }).slice(0, 3).filter(isRetired)).not.toEqual([]);
    expect(findIds({ query: 'chat_v2.CreateChannel', retired: false })[0]).toBe('chat_v2.CreateChannel');
    expect(findAny('chat_v2.CreateChannel')?.about).toMatch(/RETIRED: .*conversations_v1/);
  });
});

describe('answers', () => {
  const list = findAny('api_v2010.ListMessage');
  const result = (data: Row): Result => ({ ok: true, operation: 'x', data, simulated: false, notes: [] });

  function shown(data: Row, selection: Parameters<typeof selected>[2] = {}) {
    if (list === undefined) throw new Error('no list');
    const answer = selected(result(data), list, selection);
    return answer.ok ? { data: answer.data, notes: answer.notes.join(' ') } : { data: {}, notes: '' };
  }

  it('are cut to the rows asked for, to a size a model can take, and say so', () => {
    const messages = Array.from({ length: 300 }, (_, n) => ({ sid: `SM${n}`, body: 'x'.repeat(5_000) }));
    const usual = shown({ messages });
    expect(rows(usual.data, 'messages')).toHaveLength(20);
    expect(usual.notes).toMatch(/280 more messages were left out.*Fields left out: body/);
    const long = shown({ messages }, { limit: 300, select: ['sid', 'body'] });
    expect(JSON.stringify(long.data).length).toBeLessThanOrEqual(40_000);
    expect(long.notes).toMatch(/long texts were cut.*Only \d+ of 300 messages fit/);
  });

  it('show everything when none of the fields asked for is there, and name those that are not', () => {
    const messages = [{ sid: 'SM1', status: 'sent' }];
    expect(shown({ messages }, { select: ['colour'] }).notes).toMatch(/None of the fields colour/);
    const some = shown({ messages }, { select: ['sid', 'colour'] });
    expect(some.data).toEqual({ messages: [{ sid: 'SM1' }] });
    expect(some.notes).toMatch(/Not in the answer: colour.*Fields left out: status/);
  });
});

interface Page {
  readonly tools: readonly { readonly name: string }[];
  readonly nextCursor?: string | undefined;
}

describe('as tools', () => {
  it('have names of their own that every host takes, also with its prefix', () => {
    const names = [...shelfCards().keys()].map(toolNameOf);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(`mcp__twilio__${name}`).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  });

  it('are listed by pattern or domain, and called under these names', async () => {
    const env = {
      TWILIO_MCP_TOOLSETS: 'video_v1',
      TWILIO_MCP_TOOLS: 'api_v2010.FetchBalance,messaging_get_message',
    };
    const { client, ok } = await begin({ env });
    const { tools } = await client.raw.listTools();
    const names = tools.map((tool) => tool.name);
    expect(names).toContain('video_v1_CreateRoom');
    expect(names).toEqual(expect.arrayContaining(['api_v2010_FetchBalance', 'messaging_get_message']));
    expect(names.length).toBe(41);
    expect(await ok('api_v2010_FetchBalance')).toMatchObject({ currency: 'USD' });
    await expect(client.call('api_v2010_ListMessage')).rejects.toThrow(
      /turned off: it is not among .*--toolsets api_v2010 or --tools api_v2010\.ListMessage/,
    );
  });

  it('come in pages when there are many', async () => {
    const { client } = await begin({
      kind: '1.x',
      env: { TWILIO_MCP_TOOLS: 'api_v*.*,sendgrid_*.*,*_v1.*' },
    });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: Page = await client.raw.listTools(cursor === undefined ? {} : { cursor });
      expect(page.tools.length).toBeLessThanOrEqual(500);
      seen.push(...page.tools.map((tool) => tool.name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(1000);
  });

  it('are none of them listed unless asked for, nor by a pattern that names hand-shaped tools', async () => {
    const by = async (toolsets: string[], tools: string[]) => {
      const { listed } = await chooseSurface({ toolsets, tools, readOnly: false });
      return listed.map(({ name }) => name).filter((name) => findOperation(name) === undefined);
    };
    expect(await by(['default'], [])).toEqual([]);
    expect(await by(['all'], ['messaging_*'])).toEqual([]);
    expect(await by([], ['*.CreateChannel']), 'what has ended is left out').toEqual([
      'flex_v1.CreateChannel',
    ]);
    expect(await by([], ['chat_v2.CreateChannel'])).toEqual(['chat_v2.CreateChannel']);
    await expect(by(['vidoe_v1'], [])).rejects.toThrow(/No toolset or tool is called vidoe_v1/);
  });
});
