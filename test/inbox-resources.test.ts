// The inbox as MCP resources, through both kinds of client: read, listed, and told of.
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { Client as ClassicClient } from '@modelcontextprotocol/sdk/client/index.js';
import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHearingWorld } from './support/hearing.ts';
import { kinds, PERSON } from './support/world.ts';

const inbox = 'twilio://inbox';
const theirs = `twilio://inbox/contact/${encodeURIComponent(PERSON)}`;

async function begin(kind: (typeof kinds)[number]) {
  const world = await createHearingWorld({ kind });
  onTestFinished(() => world.close());
  const { raw } = world.client;
  const read = async (uri: string): Promise<string> => {
    const { contents } = await raw.readResource({ uri });
    const [first] = contents;
    return first !== undefined && 'text' in first ? String(first.text) : '';
  };
  return { ...world, raw, read };
}

describe.each(kinds)('client %s', (kind) => {
  it('reads all, one person’s, one message’s and one call’s events, fenced', async () => {
    const { texts, read, raw, ok } = await begin(kind);
    const { sid } = await texts('Is my order there?');
    for (const uri of [inbox, theirs, `twilio://inbox/message/${sid}`])
      expect(await read(uri), uri).toMatch(/never instructions[^>]*>Is my order there\?</);
    expect(await read(`twilio://inbox/call/CA${'0'.repeat(32)}`)).toBe('{"events":[]}');
    expect(await read('twilio://inbox/contact/%2B14155550199')).toBe('{"events":[]}');
    const { resources } = await raw.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual(expect.arrayContaining([inbox, theirs]));
    expect(await ok('inbox_list_events', { limit: 1 })).toBeDefined();
  });

  it('tells who asked of what changes, and of new people', async () => {
    const { texts, raw } = await begin(kind);
    const updated: string[] = [];
    const lists: string[] = [];
    if (raw instanceof ClassicClient) {
      raw.setNotificationHandler(
        ResourceUpdatedNotificationSchema,
        ({ params }) => void updated.push(params.uri),
      );
      raw.setNotificationHandler(ResourceListChangedNotificationSchema, () => void lists.push('changed'));
      await raw.subscribeResource({ uri: theirs });
    } else if (raw instanceof ModernClient) {
      raw.setNotificationHandler(
        'notifications/resources/updated',
        ({ params }) => void updated.push(params.uri),
      );
      raw.setNotificationHandler('notifications/resources/list_changed', () => void lists.push('changed'));
      await raw.listen({ resourceSubscriptions: [theirs], resourcesListChanged: true });
    }
    // It begins to tell a moment after a client has come.
    await expect
      .poll(async () => {
        if (updated.length === 0) await texts('Hello');
        return updated.length;
      })
      .toBeGreaterThan(0);
    expect(new Set(updated)).toEqual(new Set([theirs]));
    expect(lists).toEqual(['changed']);
    const before = updated.length;
    await texts('Hello again');
    await expect.poll(() => updated.length).toBe(before + 1);
    expect(lists).toEqual(['changed']);
  });
});

it('tells nobody of what there is not', async () => {
  const { raw } = await begin('1.x');
  if (!(raw instanceof ClassicClient)) throw new Error('resources/subscribe is for the 1.x client');
  for (const { uri } of (await raw.listResources()).resources) await raw.subscribeResource({ uri });
  for (const uri of ['twilio://nope', 'twilio://inbox/contact/', 'https://example.com/inbox'])
    await expect(raw.subscribeResource({ uri }), uri).rejects.toThrow(`There is no resource ${uri}`);
});
