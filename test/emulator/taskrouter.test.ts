// TaskRouter in the emulator, driven by the official SDK; every answer is held against Twilio's own description by served().
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { receiver } from './receiver.ts';
import { served } from './served.ts';

async function withWorkspace() {
  const world = await served();
  const { control, sdk } = world;
  const all = sdk.taskrouter.v1.workspaces;
  const made = await all.create({ friendlyName: 'Support' });
  const workspace = all(made.sid);
  const activities = await workspace.activities.list();
  const activitySid = activities.find(({ available }) => available)?.sid ?? '';
  const offline = activities.find(({ friendlyName }) => friendlyName === 'Offline')?.sid ?? '';
  const everyone = await workspace.taskQueues.create({ friendlyName: 'Everyone' });
  const route = (task_routing: unknown, more = {}) =>
    workspace.workflows.create({
      friendlyName: 'Routing',
      configuration: JSON.stringify({ task_routing }),
      ...more,
    });
  const hire = (friendlyName: string, attributes: unknown = {}) =>
    workspace.workers.create({ friendlyName, activitySid, attributes: JSON.stringify(attributes) });
  const advance = (seconds: number) => control('POST', '/clock/advance', { seconds });
  const create = async (attributes: unknown = {}, more = {}) => {
    const task = await workspace.tasks.create({ attributes: JSON.stringify(attributes), ...more });
    await advance(2);
    return workspace.tasks(task.sid);
  };
  const offers = async (task: ReturnType<typeof workspace.tasks>) =>
    (await task.reservations.list()).map(
      ({ workerName, reservationStatus }) => `${workerName} ${reservationStatus}`,
    );
  return { ...world, made, workspace, activitySid, offline, everyone, route, hire, advance, create, offers };
}

describe('expressions', () => {
  const attributes = {
    skills: ['billing', 'sales'],
    level: 2,
    language: 'en',
    vip: true,
    home: { city: 'Rome', floors: [1, 7] },
  };
  it.each([
    ['1==1', true],
    ['1 == 2', false],
    ['skills HAS "billing"', true],
    ["skills has 'support'", false],
    ['language HAS "en"', false],
    ['language IN ["en", "fr"]', true],
    ['language NOT IN ["en"]', false],
    ['"sales" IN skills', true],
    ['level >= 2 AND level < 3', true],
    ['level > 2.5', false],
    ['(level > 5 OR vip == true) AND language != "fr"', true],
    ['level > 5 OR language == "en" AND vip == false', false],
    ['home.city == "Rome"', true],
    ['home.floors[1] == 7', true],
    ['home.city CONTAINS "om"', true],
    ['nothing == "x"', false],
    ['nothing != "x"', true],
    ['skills == "billing"', false],
  ])('%s is %s', async (targetWorkers, fits) => {
    const { workspace, hire } = await withWorkspace();
    await hire('Ana', attributes);
    const queue = await workspace.taskQueues.create({ friendlyName: 'Some', targetWorkers });
    expect(await workspace.workers.list({ taskQueueSid: queue.sid })).toHaveLength(fits ? 1 : 0);
  });

  it.each(['skills HAS', 'a = 1', '(a == 1', 'a == 1 b == 2', 'a NOT 1', '"a', 'a IN [1, 2', 'skills & 1'])(
    '%s is refused',
    async (targetWorkers) => {
      const { workspace } = await withWorkspace();
      await expect(
        workspace.taskQueues.create({ friendlyName: 'Some', targetWorkers }),
      ).rejects.toMatchObject({ status: 400, code: 20_001 });
    },
  );
});

describe('a workflow', () => {
  it('prefers the known worker, then whom the target fits, then goes on', async () => {
    const { hire, everyone, route, create, offers, advance } = await withWorkspace();
    await route({
      filters: [
        {
          expression: '1==1',
          targets: [
            { queue: everyone.sid, known_worker_friendly_name: 'task.agent', timeout: 10 },
            { expression: 'task.language IN worker.languages', timeout: 10, priority: 4 },
            { priority: 9 },
          ],
        },
      ],
    });
    await hire('Ana', { languages: ['it'] });
    await hire('Eva', { languages: ['en', 'fr'] });
    const known = await create({ agent: 'Eva', language: 'it' });
    expect(await offers(known)).toEqual(['Eva pending']);
    await known.update({ assignmentStatus: 'canceled', reason: 'test' });
    const spoken = await create({ agent: 'Tom', language: 'it' });
    expect(await offers(spoken)).toEqual([]);
    await advance(10);
    expect(await offers(spoken)).toEqual(['Ana pending']);
    expect(await spoken.fetch()).toMatchObject({ priority: 4, assignmentStatus: 'reserved' });
    const strange = await create({ agent: 'Tom', language: 'de' });
    await advance(20);
    expect(await offers(strange)).toEqual(['Eva pending']);
    expect(await strange.fetch()).toMatchObject({ priority: 9 });
  });

  it('skips where nobody is available, and cancels what fits nothing or falls out', async () => {
    const { workspace, everyone, hire, route, create, offers, advance } = await withWorkspace();
    const experts = await workspace.taskQueues.create({
      friendlyName: 'Experts',
      targetWorkers: 'level > 2',
    });
    await route({
      filters: [
        {
          expression: 'type == "hard"',
          targets: [
            { queue: experts.sid, timeout: 600, skip_if: 'workers.available == 0' },
            { queue: everyone.sid, timeout: 20 },
          ],
        },
      ],
    });
    await hire('Ana', { level: 1 });
    const hard = await create({ type: 'hard' });
    expect(await offers(hard)).toEqual(['Ana pending']);
    expect(await hard.fetch()).toMatchObject({ taskQueueFriendlyName: 'Everyone' });
    const second = await create({ type: 'hard' });
    const other = await create({ type: 'easy' });
    expect(await other.fetch()).toMatchObject({ assignmentStatus: 'canceled', reason: 'Workflow timeout' });
    await advance(25);
    expect(await second.fetch()).toMatchObject({ assignmentStatus: 'canceled', reason: 'Workflow timeout' });
  });

  it('asks the assignment callback, signed, and does what it says', async () => {
    const world = await withWorkspace();
    const { everyone, hire, route, create, offers, authToken } = world;
    const replies = ['{"instruction":"reject"}', '{"instruction":"accept"}'];
    const app = await receiver(() => ({
      status: 200,
      body: replies.shift() ?? '{}',
      type: 'application/json',
    }));
    await route({ default_filter: { queue: everyone.sid } }, { assignmentCallbackUrl: `${app.url}/assign` });
    await hire('Ana');
    await hire('Eva');
    const task = await create({ type: 'billing' });
    expect(await offers(task)).toEqual(['Ana rejected', 'Eva accepted']);
    const asked = app.heard[0];
    const params = asked?.params ?? {};
    expect(params).toMatchObject({ TaskAttributes: '{"type":"billing"}', WorkerName: 'Ana' });
    const signature = String(asked?.headers['x-twilio-signature']);
    expect(twilio.validateRequest(authToken, signature, `${app.url}/assign`, params)).toBe(true);
  });
});

describe('tasks', () => {
  it('go by priority, then by age, newest first where the queue says so', async () => {
    const { workspace, everyone, hire, route, create, offers, advance } = await withWorkspace();
    const stack = await workspace.taskQueues.create({ friendlyName: 'Stack', taskOrder: 'LIFO' });
    await route({
      filters: [{ expression: 'stack == true', targets: [{ queue: stack.sid }] }],
      default_filter: { queue: everyone.sid },
    });
    const [first, second, urgent] = [await create(), await create(), await create({}, { priority: 5 })];
    await hire('Ana');
    await advance(2);
    expect(await offers(urgent)).toEqual(['Ana pending']);
    await urgent.update({ assignmentStatus: 'canceled', reason: 'test' });
    await advance(2);
    expect([await offers(first), await offers(second)]).toEqual([['Ana pending'], []]);
    await first.update({ assignmentStatus: 'canceled', reason: 'test' });
    await second.update({ assignmentStatus: 'canceled', reason: 'test' });
    await create({}, { priority: 9 });
    const [older, newer] = [await create({ stack: true }), await create({ stack: true })];
    await hire('Eva');
    await advance(2);
    expect([await offers(older), await offers(newer)]).toEqual([[], ['Eva pending']]);
  });

  it('are offered to several where the queue says so; the first takes it', async () => {
    const { workspace, hire, route, create, offers, everyone } = await withWorkspace();
    await workspace.taskQueues(everyone.sid).update({ maxReservedWorkers: 2 });
    await route({ default_filter: { queue: everyone.sid } });
    for (const name of ['Ana', 'Eva', 'Tom']) await hire(name);
    const task = await create();
    expect(await offers(task)).toEqual(['Ana pending', 'Eva pending']);
    const [, eva] = await task.reservations.list();
    await task.reservations(eva?.sid ?? '').update({ reservationStatus: 'accepted' });
    expect(await offers(task)).toEqual(['Ana rescinded', 'Eva accepted']);
    await task.reservations(eva?.sid ?? '').update({ reservationStatus: 'wrapping' });
    expect(await task.fetch()).toMatchObject({ assignmentStatus: 'wrapping' });
    await task.reservations(eva?.sid ?? '').update({ reservationStatus: 'completed' });
    expect(await task.fetch()).toMatchObject({ assignmentStatus: 'completed' });
    expect(await task.reservations(eva?.sid ?? '').fetch()).toMatchObject({ reservationStatus: 'completed' });
    const again = task.reservations(eva?.sid ?? '').update({ reservationStatus: 'accepted' });
    await expect(again).rejects.toMatchObject({ status: 400, code: 20_001 });
    expect(await workspace.workers(eva?.workerSid ?? '').reservations.list()).toHaveLength(1);
  });

  it('are refused with what TaskRouter refuses', async () => {
    const { workspace, everyone, route } = await withWorkspace();
    await expect(workspace.tasks.create({})).rejects.toMatchObject({ code: 20_001 });
    await route({ default_filter: { queue: everyone.sid } });
    for (const wrong of [
      { attributes: '[1]' },
      { attributes: 'no JSON' },
      { attributes: JSON.stringify({ text: 'x'.repeat(4096) }) },
      { timeout: 1_209_601 },
      { priority: -1 },
      { workflowSid: `WW${'a'.repeat(32)}` },
    ])
      await expect(workspace.tasks.create(wrong)).rejects.toMatchObject({ status: 400, code: 20_001 });
    await expect(workspace.tasks(`WT${'a'.repeat(32)}`).fetch()).rejects.toMatchObject({ code: 20_404 });
    await expect(route({ default_filter: { queue: `WQ${'a'.repeat(32)}` } })).rejects.toMatchObject({
      code: 20_001,
    });
    expect(await workspace.tasks.list()).toEqual([]);
  });

  it('show their attributes only when fetched, and are deleted', async () => {
    const { workspace, everyone, route, create } = await withWorkspace();
    await route({ default_filter: { queue: everyone.sid } });
    const task = await create({ type: 'billing' });
    expect(await task.fetch()).toMatchObject({ attributes: '{"type":"billing"}' });
    expect(await workspace.tasks.list({ assignmentStatus: ['pending', 'reserved'] })).toMatchObject([
      { attributes: null },
    ]);
    expect(await workspace.tasks.list({ assignmentStatus: ['assigned'] })).toEqual([]);
    expect(await task.remove()).toBe(true);
    expect(await workspace.tasks.list()).toEqual([]);
  });
});

describe('a workspace', () => {
  it('counts, remembers and tells', async () => {
    const app = await receiver(() => ({ status: 204 }));
    const { workspace, everyone, hire, route, create, advance } = await withWorkspace();
    await workspace.update({
      eventCallbackUrl: `${app.url}/events`,
      eventsFilter: 'task.created,task.canceled',
    });
    await route({ default_filter: { queue: everyone.sid } });
    await create({ n: 1 }, { timeout: 30 });
    await advance(30);
    await hire('Ana');
    await create({ n: 2 });
    const queue = workspace.taskQueues(everyone.sid);
    expect(await workspace.realTimeStatistics().fetch()).toMatchObject({
      totalTasks: 1,
      totalWorkers: 1,
      tasksByStatus: { reserved: 1 },
      tasksByPriority: { 0: 1 },
    });
    expect(await queue.realTimeStatistics().fetch()).toMatchObject({
      totalAvailableWorkers: 1,
      totalTasks: 1,
    });
    expect(
      await workspace.cumulativeStatistics().fetch({ minutes: 5, splitByWaitTime: '10,60' }),
    ).toMatchObject({
      tasksCreated: 2,
      tasksCanceled: 1,
      waitDurationUntilCanceled: { avg: 30, max: 30 },
      splitByWaitTime: { 10: { above: { tasks_canceled: 1 } }, 60: { below: { tasks_canceled: 1 } } },
    });
    expect(await queue.cumulativeStatistics().fetch({ minutes: 5 })).toMatchObject({ tasksEntered: 2 });
    const long = { startDate: new Date(Date.UTC(2026, 8, 1)) };
    await expect(workspace.cumulativeStatistics().fetch(long)).rejects.toMatchObject({ code: 14_241 });
    const events = await workspace.events.list({ eventType: 'task.canceled' });
    expect(events).toMatchObject([{ eventData: { task_attributes: '{"n":1}' }, resourceType: 'task' }]);
    expect(await workspace.events(events[0]?.sid ?? '').fetch()).toMatchObject({
      eventType: 'task.canceled',
    });
    const told = app.heard.map(({ params }) => params['EventType']);
    expect(told).toEqual(['task.created', 'task.canceled', 'task.created']);
  });

  it('is changed, and deleted with all that is in it', async () => {
    const { sdk, workspace, everyone, hire, offline, route, create } = await withWorkspace();
    const workflow = await route({ default_filter: { queue: everyone.sid } });
    await workspace.workflows(workflow.sid).update({ taskReservationTimeout: 30 });
    const ana = await hire('Ana');
    await create();
    expect(await workspace.workers(ana.sid).update({ activitySid: offline })).toMatchObject({
      available: false,
    });
    await expect(hire('Ana')).rejects.toMatchObject({ code: 20_001 });
    expect(await workspace.workers.list({ available: 'false' })).toHaveLength(1);
    expect(await workspace.activities(offline).fetch()).toMatchObject({ friendlyName: 'Offline' });
    expect(await workspace.workflows(workflow.sid).remove()).toBe(true);
    expect(await workspace.taskQueues(everyone.sid).remove()).toBe(true);
    expect(await workspace.taskQueues.list()).toEqual([]);
    expect(await workspace.remove()).toBe(true);
    await expect(workspace.fetch()).rejects.toMatchObject({ status: 404, code: 20_404 });
    expect(await sdk.taskrouter.v1.workspaces.list()).toEqual([]);
  });
});
