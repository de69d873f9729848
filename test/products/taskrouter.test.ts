// TaskRouter through the front door: a workspace set up, a task offered to the one who fits, accepted and completed.
import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, kinds, type Row, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

function rows(answer: Row, key: string): Row[] {
  const found = answer[key];
  return Array.isArray(found) ? found : [];
}

async function withWorkspace() {
  const { ok } = world;
  const { sid: workspace_sid } = await ok('taskrouter_create_workspace', { friendly_name: 'Support' });
  const at = { workspace_sid };
  const activities = rows(await ok('taskrouter_list_activities', at), 'activities');
  const available = activities.find((each) => each['available'] === true)?.['sid'];
  const queue = await ok('taskrouter_create_queue', {
    ...at,
    friendly_name: 'Billing',
    target_workers: 'skills HAS "billing"',
  });
  const configuration = { task_routing: { default_filter: { queue: queue['sid'] } } };
  await ok('taskrouter_create_workflow', { ...at, friendly_name: 'Everything', configuration });
  return { at, available };
}

describe.each(kinds)('with a %s client', (kind) => {
  it('offers a task to the worker who fits, who accepts and completes it', async () => {
    world = await createWorld({ kind });
    const { ok, no, advance } = world;
    const { at, available } = await withWorkspace();
    await ok('taskrouter_create_worker', {
      ...at,
      friendly_name: 'Ben',
      attributes: { skills: ['sales'] },
      activity_sid: available,
    });
    const ana = await ok('taskrouter_create_worker', {
      ...at,
      friendly_name: 'Ana',
      attributes: { skills: ['billing'] },
    });
    const task = await ok('taskrouter_create_task', { ...at, attributes: { type: 'billing' }, priority: 5 });
    expect(task).toMatchObject({ assignment_status: 'pending', priority: 5 });
    await advance(2);
    expect(
      await ok('taskrouter_get_task', { ...at, sid: task['sid'] }),
      'nobody who fits is available',
    ).toMatchObject({ assignment_status: 'pending' });
    await ok('taskrouter_update_worker', { ...at, worker_sid: ana['sid'], activity_sid: available });
    await advance(2);
    const [offer] = rows(
      await ok('taskrouter_list_reservations', { ...at, task_sid: task['sid'] }),
      'reservations',
    );
    expect(offer).toMatchObject({ worker_name: 'Ana', reservation_status: 'pending' });
    expect(
      await no('taskrouter_update_task', { ...at, sid: task['sid'], assignment_status: 'completed' }),
    ).toMatch(/PROVIDER_REJECTED/);
    await ok('taskrouter_update_reservation', {
      ...at,
      task_sid: task['sid'],
      sid: offer?.['sid'],
      reservation_status: 'accepted',
    });
    expect(await ok('taskrouter_get_statistics', at)).toMatchObject({
      total_tasks: 1,
      total_workers: 2,
      tasks_by_status: { assigned: 1 },
    });
    const done = await ok('taskrouter_update_task', {
      ...at,
      sid: task['sid'],
      assignment_status: 'completed',
      reason: 'solved',
    });
    expect(done).toMatchObject({ assignment_status: 'completed', reason: 'solved' });
    expect(
      rows(await ok('taskrouter_list_tasks', { ...at, assignment_status: 'completed' }), 'tasks'),
    ).toHaveLength(1);
  });
});

describe('a task', () => {
  it('goes on when the worker does not answer or says no, and ends when its time is over', async () => {
    world = await createWorld();
    const { ok, advance } = world;
    const { at, available } = await withWorkspace();
    for (const friendly_name of ['Ana', 'Eva']) {
      await ok('taskrouter_create_worker', {
        ...at,
        friendly_name,
        attributes: { skills: ['billing'] },
        activity_sid: available,
      });
    }
    const task = await ok('taskrouter_create_task', { ...at, timeout: 600 });
    await advance(125);
    const offers = rows(
      await ok('taskrouter_list_reservations', { ...at, task_sid: task['sid'] }),
      'reservations',
    );
    expect(offers).toMatchObject([
      { worker_name: 'Ana', reservation_status: 'timeout' },
      { worker_name: 'Eva', reservation_status: 'pending' },
    ]);
    await advance(600);
    expect(await ok('taskrouter_get_task', { ...at, sid: task['sid'] })).toMatchObject({
      assignment_status: 'canceled',
    });
  });

  it('is refused over 4 KB, and without a workflow', async () => {
    world = await createWorld();
    const { ok, no } = world;
    const { sid: workspace_sid } = await ok('taskrouter_create_workspace', { friendly_name: 'Support' });
    expect(
      await no('taskrouter_create_task', { workspace_sid, attributes: { text: 'x'.repeat(4100) } }),
    ).toMatch(/over 4 KB/);
    expect(await no('taskrouter_create_task', { workspace_sid })).toMatch(
      /PROVIDER_REJECTED[\s\S]*WorkflowSid/,
    );
  });
});

describe('a workspace', () => {
  it('shows what is in it, and is deleted', async () => {
    world = await createWorld();
    const { ok, no, requests } = world;
    const { at } = await withWorkspace();
    expect(rows(await ok('taskrouter_list_workspaces', {}), 'workspaces')).toHaveLength(1);
    expect(rows(await ok('taskrouter_list_queues', at), 'task_queues')).toMatchObject([
      { friendly_name: 'Billing' },
    ]);
    expect(rows(await ok('taskrouter_list_workflows', at), 'workflows')).toHaveLength(1);
    expect(rows(await ok('taskrouter_list_workers', at), 'workers')).toEqual([]);
    const before = requests('POST').length;
    const wrong = { task_routing: { default_filter: { queue: 'Billing' } } };
    expect(
      await no('taskrouter_create_workflow', { ...at, friendly_name: 'x', configuration: wrong }),
    ).toMatch(/must be a queue SID/);
    expect(requests('POST')).toHaveLength(before);
    expect(await ok('taskrouter_delete_workspace', at)).toMatchObject({ deleted: true });
    expect(await no('taskrouter_list_queues', at)).toMatch(/^NOT_FOUND/);
  });
});
