// The agent's door: lists, resources, prompts, the skill, errors, progress, cancellation. Held with both kinds of client.
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { afterEach, describe, expect, it } from 'vitest';
import { operations } from '../src/catalog/index.ts';
import { createWorld, kinds, OWN_NUMBER, PERSON, type World, type WorldOptions } from './support/world.ts';

let world: World;

async function begin(options: WorldOptions = {}): Promise<World> {
  world = await createWorld(options);
  return world;
}

afterEach(() => world.close());

describe.each(kinds)('with a %s client', (kind) => {
  it('lists every tool with schemas, title and all hints, in the order of the catalog', async () => {
    const { client } = await begin({ kind });
    const { tools } = await client.raw.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(operations.map((operation) => operation.name));
    for (const tool of tools) {
      expect(tool.title).toBeTruthy();
      expect(tool.outputSchema).toBeDefined();
      expect(Object.keys(tool.annotations ?? {}).sort()).toEqual([
        'destructiveHint',
        'idempotentHint',
        'openWorldHint',
        'readOnlyHint',
      ]);
    }
  });

  it('introduces itself and says what is simulated', async () => {
    const { client } = await begin({ kind });
    expect(client.raw.getInstructions()).toContain('Calls reach Twilio');
    expect(client.raw.getServerVersion()?.name).toBe('twilio-mcp');
    expect(client.raw.getInstructions()).not.toContain("owner's own numbers");
  });

  it('serves the reference pages and the skill as resources', async () => {
    const { client } = await begin({ kind });
    const { resources } = await client.raw.listResources();
    const uris = resources.map((resource) => resource.uri);
    expect(uris).toContain('twilio://skill');
    expect(uris).toContain('twilio://references/configuration');
    const page = await client.raw.readResource({ uri: 'twilio://references/configuration' });
    expect(JSON.stringify(page.contents)).toContain('TWILIO_ACCOUNT_SID');
    const { resourceTemplates } = await client.raw.listResourceTemplates();
    expect(resourceTemplates.map((each) => each.uriTemplate)).toContain('twilio://references/{page}');
    const ref = { type: 'ref/resource' as const, uri: 'twilio://references/{page}' };
    const { completion } = await client.raw.complete({ ref, argument: { name: 'page', value: 'conf' } });
    expect(completion.values).toEqual(['configuration']);
    await expect(client.raw.readResource({ uri: 'twilio://references/no-such-page' })).rejects.toThrow(
      /Pages: .*configuration/,
    );
  });

  it('serves a page a section at a time, and links an error to its section', async () => {
    const { client } = await begin({ kind });
    const section = await client.raw.readResource({ uri: 'twilio://references/twilio-verify/errors' });
    const text = JSON.stringify(section.contents);
    expect(text).toContain('60202');
    expect(text).not.toContain('## Workflow');
    await expect(
      client.raw.readResource({ uri: 'twilio://references/twilio-verify/recipes' }),
    ).rejects.toThrow(/Sections: .*workflow/);
    const failed = await client.raw.callTool({
      name: 'messaging_get_message',
      arguments: { sid: `SM${'a'.repeat(32)}` },
    });
    expect(failed.content).toContainEqual(
      expect.objectContaining({
        type: 'resource_link',
        uri: 'twilio://references/twilio-messaging-sms-mms/errors',
      }),
    );
    expect(
      (await client.raw.readResource({ uri: 'twilio://references/twilio-messaging-sms-mms/errors' }))
        .contents,
    ).toHaveLength(1);
  });

  it('offers prompts with completions', async () => {
    const { client } = await begin({ kind });
    const { prompts } = await client.raw.listPrompts();
    expect(prompts.map((prompt) => prompt.name)).toContain('verify_person');
    const prompt = await client.raw.getPrompt({
      name: 'verify_person',
      arguments: { to: PERSON, channel: 'sms' },
    });
    expect(JSON.stringify(prompt.messages)).toContain('verify_start_verification');
    const ref = { type: 'ref/prompt' as const, name: 'verify_person' };
    const { completion } = await client.raw.complete({ ref, argument: { name: 'channel', value: 'wh' } });
    expect(completion.values).toEqual(['whatsapp']);
  });

  it('names what is near when a tool is unknown', async () => {
    const { client } = await begin({ kind });
    await expect(client.call('messaging_send_sms', {})).rejects.toThrow(
      /no tool "messaging_send_sms".*messaging_send_message/,
    );
  });

  it('says why a tool is turned off and how to have it', async () => {
    const { client } = await begin({ kind, env: { TWILIO_MCP_TOOLSETS: 'lookup' } });
    await expect(client.call('messaging_get_message', {})).rejects.toThrow(
      /turned off.*--toolsets messaging/,
    );
    const { tools } = await client.raw.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(['lookup_phone_number']);
  });

  it('lists nothing that changes anything when read-only, and refuses it by name', async () => {
    const { client, app, requests } = await begin({ kind, env: { TWILIO_MCP_READ_ONLY: 'true' } });
    const { tools } = await client.raw.listTools();
    expect(tools.length).toBeGreaterThan(5);
    expect(tools.every((tool) => tool.annotations?.readOnlyHint)).toBe(true);
    await expect(client.call('messaging_send_message', { to: PERSON, body: 'x' })).rejects.toThrow(
      /read-only/,
    );
    const operation = operations.find((each) => each.name === 'messaging_send_message');
    if (operation === undefined) throw new Error('the catalog has lost messaging_send_message');
    const other = await app.perform({
      operation,
      input: { to: PERSON, body: 'x' },
      actor: { name: 'another door' },
    });
    expect(other).toMatchObject({ ok: false, error: { code: 'REFUSED', rule: 'access.read_only' } });
    expect(requests('POST')).toEqual([]);
  });

  it('tells progress to a client that asked for it', async () => {
    const { client } = await begin({ kind });
    const heard: string[] = [];
    await client.call(
      'messaging_list_messages',
      {},
      { onprogress: ({ message }) => heard.push(message ?? '') },
    );
    expect(heard.join(' ')).toContain('asking');
  });

  it('cancels down to the socket', async () => {
    const { client, control, emulator } = await begin({ kind });
    await control('POST', '/faults', { kind: 'silence', method: 'GET' });
    const stop = new AbortController();
    const call = client.call('messaging_list_messages', {}, { signal: stop.signal });
    while (emulator.emulator.requests().length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await expect(call).rejects.toThrow();
    // The server is at once free for the next call on the same connection.
    const next = await client.call('messaging_list_messages', {});
    expect(next.isError).toBe(false);
  });
});

describe('the skill extension', () => {
  it('serves the same pages as an Agent Skill', async () => {
    const { client } = await begin();
    const { raw } = client;
    if (!(raw instanceof ModernClient)) throw new Error('the skill extension is for the 2.x client');
    const skill = await raw.readResource({ uri: 'skill://twilio/SKILL.md' });
    const text = JSON.stringify(skill.contents);
    expect(text).toContain('name: twilio');
    expect(text).not.toContain('openclaw');
    const page = await raw.readResource({ uri: 'skill://twilio/references/configuration.md' });
    expect(JSON.stringify(page.contents)).toContain('TWILIO_ACCOUNT_SID');
  });
});

describe('modes', () => {
  it('names the numbers of the owner', async () => {
    const { client } = await begin({ env: { TWILIO_MCP_OWNER_NUMBERS: PERSON } });
    expect(client.raw.getInstructions()).toContain(`The owner's own numbers, to try things on: ${PERSON}`);
  });

  it('dry-run shows the exact request and its curl, and sends nothing', async () => {
    const { ok, requests } = await begin({ env: { TWILIO_MCP_MODE: 'dry-run' } });
    const shown = await ok('messaging_send_message', { to: PERSON, body: 'Hi & bye' });
    expect(shown).toMatchObject({ simulated: true, request: { method: 'POST' } });
    expect(JSON.stringify(shown)).toContain(
      `To=%2B14155550123&Body=Hi+%26+bye&From=%2B${OWN_NUMBER.slice(1)}`.replaceAll('+', '%20').slice(0, 20),
    );
    expect(shown['curl']).toMatch(/^curl .*\$TWILIO_/s);
    expect(JSON.stringify(shown)).not.toContain(world.emulator.emulator.authToken);
    expect(requests()).toEqual([]);
  });

  it('dry-run needs no account: its name stands where it would', async () => {
    const none = { TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: '', TWILIO_API_BASE_URL: '' };
    const { ok } = await begin({ env: { TWILIO_MCP_MODE: 'dry-run', ...none } });
    const shown = await ok('messaging_send_message', { to: PERSON, body: 'Hi' });
    const url = 'https://api.twilio.com/2010-04-01/Accounts/TWILIO_ACCOUNT_SID/Messages.json';
    expect(shown).toMatchObject({ simulated: true, request: { method: 'POST', url } });
    expect(await ok('account_list_numbers')).toHaveProperty('curl');
  });

  it('emulator mode says that everything is simulated', async () => {
    const { ok, client, requests } = await begin({
      env: { TWILIO_MCP_MODE: 'emulator', TWILIO_API_BASE_URL: '' },
    });
    expect(client.raw.getInstructions()).toContain('SIMULATED');
    expect(await ok('messaging_send_message', { to: PERSON, body: 'Hi' })).toMatchObject({
      simulated: true,
      status: 'queued',
    });
    expect(requests(), 'the other emulator hears nothing').toEqual([]);
  });
});
