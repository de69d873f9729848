// Plans through the front door: filled from what the account really has.
import { afterEach, describe, expect, it } from 'vitest';
import { findOperation } from '../../src/catalog/index.ts';
import { plans } from '../../src/catalog/plans.ts';
import { createWorld, kinds, type Row, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

function account(plan: Row): Row[] {
  return Array.isArray(plan['account']) ? plan['account'] : [];
}

describe.each(kinds)('with a %s client', (kind) => {
  it('says what is missing, and no longer once it is there', async () => {
    world = await createWorld({ kind });
    const { ok, no } = world;
    const before = await ok('plan_get_workflow', { workflow: 'two_factor_sign_in' });
    expect(before).toMatchObject({ ready: false, reference: 'twilio://references/twilio-verify' });
    expect(account(before)).toMatchObject([
      { need: 'a Verify service', status: 'missing' },
      { status: 'ask' },
    ]);
    await ok('verify_create_service', { friendly_name: 'Example Shop' });
    const after = await ok('plan_get_workflow', { workflow: 'two_factor_sign_in' });
    expect(after).toMatchObject({ ready: true });
    expect(account(after)[0]).toMatchObject({ status: 'there', examples: ['Example Shop'] });
    expect(await no('plan_get_workflow', { workflow: 'world_peace' })).toMatch(/^INVALID_INPUT: .*workflow/);
  });
});

describe.each(Object.entries(plans))('the plan %s', (name, plan) => {
  it('is told with steps, methods and guardrails, as an operation and as a prompt', async () => {
    world = await createWorld();
    const told = await world.ok('plan_get_workflow', { workflow: name });
    expect(told).toMatchObject({
      workflow: plan.title,
      steps: [...plan.steps],
      guardrails: [...plan.guardrails],
    });
    expect(world.requests('POST'), 'it only looks').toEqual([]);
    const prompt = await world.client.raw.getPrompt({
      name: `plan_${name}`,
      arguments: { details: 'For a small practice.' },
    });
    const text = JSON.stringify(prompt.messages);
    expect(text).toContain(plan.steps[0]?.slice(0, 20));
    expect(text).toContain('For a small practice.');
  });

  it('names tools that exist', () => {
    for (const { tool } of plan.methods) expect(findOperation(tool), tool).toBeDefined();
  });
});
