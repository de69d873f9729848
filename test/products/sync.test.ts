// Sync through the front door: documents, lists, maps and streams; revisions, sizes, times to live, permissions.
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, type Row, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

function rows(answer: Row, key: string): Row[] {
  const found = answer[key];
  return Array.isArray(found) ? found : [];
}

describe.each(kinds)('with a %s client', (kind) => {
  it('keeps a document, and changes it only at the revision that was read', async () => {
    world = await createWorld({ kind });
    const { ok, no } = world;
    const made = await ok('sync_create_document', { unique_name: 'order-1042', data: { status: 'packed' } });
    expect(made).toMatchObject({ unique_name: 'order-1042', data: { status: 'packed' }, revision: '0' });
    const changed = await ok('sync_update_document', {
      document: 'order-1042',
      data: { status: 'sent' },
      revision: '0',
    });
    expect(changed).toMatchObject({ data: { status: 'sent' }, revision: '1' });
    const text = await no('sync_update_document', {
      document: 'order-1042',
      data: { status: 'lost' },
      revision: '0',
    });
    expect(text).toContain('Twilio error 54103');
    expect(await ok('sync_get_document', { document: 'order-1042' })).toMatchObject({
      data: { status: 'sent' },
    });
    expect(await no('sync_create_document', { unique_name: 'order-1042' })).toContain('Twilio error 54301');
    expect(rows(await ok('sync_list_documents', {}), 'documents')).toHaveLength(1);
    expect(await ok('sync_delete_document', { document: 'order-1042' })).toMatchObject({ deleted: true });
    expect(await no('sync_get_document', { document: 'order-1042' })).toMatch(/^NOT_FOUND: .*54100/);
  });

  it('sets an item of a map whether its key is new or not', async () => {
    world = await createWorld({ kind });
    const { ok, no } = world;
    await ok('sync_create_map', { unique_name: 'drivers' });
    const first = await ok('sync_set_map_item', { map: 'drivers', key: 'ana', data: { at: 'depot' } });
    expect(first).toMatchObject({ key: 'ana', data: { at: 'depot' } });
    const second = await ok('sync_set_map_item', {
      map: 'drivers',
      key: 'ana',
      data: { at: 'road' },
      revision: first['revision'],
    });
    expect(second).toMatchObject({ key: 'ana', data: { at: 'road' } });
    expect(
      await no('sync_set_map_item', { map: 'drivers', key: 'ana', data: {}, revision: first['revision'] }),
    ).toContain('54205');
    expect(await no('sync_set_map_item', { map: 'drivers', key: 'ben', data: {}, revision: '3' })).toMatch(
      /^NOT_FOUND/,
    );
    await ok('sync_set_map_item', { map: 'drivers', key: 'ben', data: { at: 'depot' } });
    const list = await ok('sync_list_map_items', { map: 'drivers', order: 'desc' });
    expect(rows(list, 'items').map((item) => item['key'])).toEqual(['ben', 'ana']);
    expect(await ok('sync_get_map_item', { map: 'drivers', key: 'ben' })).toMatchObject({
      data: { at: 'depot' },
    });
    expect(await ok('sync_remove_map_item', { map: 'drivers', key: 'ben' })).toMatchObject({ deleted: true });
    expect(await no('sync_get_map_item', { map: 'drivers', key: 'ben' })).toMatch(/^NOT_FOUND: .*54201/);
    expect(await no('sync_set_map_item', { map: 'nowhere', key: 'ana', data: {} })).toMatch(
      /^NOT_FOUND: .*54200/,
    );
    expect(rows(await ok('sync_list_maps', {}), 'maps')).toMatchObject([{ unique_name: 'drivers' }]);
    expect(await ok('sync_get_map', { map: 'drivers' })).toMatchObject({ unique_name: 'drivers' });
    expect(await ok('sync_delete_map', { map: 'drivers' })).toMatchObject({ deleted: true });
  });

  it('keeps list items in order, and leaves the place of a removed one empty', async () => {
    world = await createWorld({ kind });
    const { ok, no } = world;
    await ok('sync_create_list', { unique_name: 'queue' });
    for (const n of [0, 1, 2])
      expect(await ok('sync_add_list_item', { list: 'queue', data: { n } })).toMatchObject({ index: n });
    await ok('sync_remove_list_item', { list: 'queue', index: 1 });
    expect(await ok('sync_set_list_item', { list: 'queue', index: 2, data: { n: 'two' } })).toMatchObject({
      data: { n: 'two' },
    });
    expect(
      rows(await ok('sync_list_list_items', { list: 'queue' }), 'items').map((item) => item['index']),
    ).toEqual([0, 2]);
    expect(await no('sync_get_list_item', { list: 'queue', index: 1 })).toMatch(/^NOT_FOUND: .*54151/);
    expect(await ok('sync_get_list', { list: 'queue' })).toMatchObject({ unique_name: 'queue' });
    expect(rows(await ok('sync_list_lists', {}), 'lists')).toHaveLength(1);
    expect(await ok('sync_delete_list', { list: 'queue' })).toMatchObject({ deleted: true });
  });
});

describe('objects', () => {
  it('delete themselves when their time has run out', async () => {
    world = await createWorld();
    const { ok, no, advance } = world;
    await ok('sync_create_document', { unique_name: 'brief', ttl: 60 });
    await advance(61);
    expect(await no('sync_get_document', { document: 'brief' })).toMatch(/^NOT_FOUND/);
  });

  it('are refused over 16 KiB before anything is sent, counted in bytes', async () => {
    world = await createWorld();
    const text = await world.no('sync_create_document', { data: { text: 'é'.repeat(8200) } });
    expect(text).toMatch(/^INVALID_INPUT: .*data is over 16 KiB/);
    expect(world.requests()).toEqual([]);
    expect(await world.ok('sync_create_document', { data: { text: 'é'.repeat(8180) } })).toHaveProperty(
      'sid',
    );
  });

  it('belong to a service; a service is created, listed and deleted with all it holds', async () => {
    world = await createWorld();
    const { ok, no } = world;
    const service = await ok('sync_create_service', { friendly_name: 'Orders', acl_enabled: true });
    expect(service).toMatchObject({ friendly_name: 'Orders', acl_enabled: true });
    await ok('sync_create_document', { service_sid: service['sid'], unique_name: 'a' });
    expect(await no('sync_get_document', { document: 'a' }), 'not in the default service').toMatch(
      /^NOT_FOUND/,
    );
    expect(rows(await ok('sync_list_services', {}), 'services').map((row) => row['sid'])).toContain(
      service['sid'],
    );
    await ok('sync_delete_service', { service_sid: service['sid'] });
    expect(await no('sync_get_document', { service_sid: service['sid'], document: 'a' })).toMatch(
      /^NOT_FOUND/,
    );
  });

  it('say who may do what', async () => {
    world = await createWorld();
    const { ok } = world;
    await ok('sync_create_map', { unique_name: 'drivers' });
    const permission = {
      kind: 'Maps',
      object: 'drivers',
      identity: 'ana',
      read: true,
      write: false,
      manage: false,
    };
    expect(await ok('sync_set_permission', permission)).toMatchObject({
      identity: 'ana',
      read: true,
      write: false,
    });
    expect(
      rows(await ok('sync_list_permissions', { kind: 'Maps', object: 'drivers' }), 'permissions'),
    ).toHaveLength(1);
  });
});

describe('streams', () => {
  it('take messages of at most 4 KiB', async () => {
    world = await createWorld();
    const { ok, no } = world;
    await ok('sync_create_stream', { unique_name: 'positions' });
    expect(await ok('sync_publish_message', { stream: 'positions', data: { lat: 41.9 } })).toHaveProperty(
      'sid',
    );
    expect(
      await no('sync_publish_message', { stream: 'positions', data: { text: 'x'.repeat(4096) } }),
    ).toMatch(/over 4 KiB/);
    expect(await no('sync_publish_message', { stream: 'nowhere', data: {} })).toMatch(/^NOT_FOUND: .*54250/);
  });
});
