// An idempotency key is no way to the answer of somebody else's call: who may not make the call is not shown what came of it.
import { expect, it, onTestFinished } from 'vitest';
import { sendMessage } from '../../src/catalog/messaging.ts';
import { createWorld, PERSON } from '../support/world.ts';

it('refuses a caller without the scope, whoever has used the key', async () => {
  const world = await createWorld();
  onTestFinished(() => world.close());
  const call = { operation: sendMessage, input: { to: PERSON, body: 'Hi', idempotency_key: 'order-1' } };
  const sender = { name: 'token:a', scopes: ['send'] };
  const first = await world.app.perform({ ...call, actor: sender });
  const reader = await world.app.perform({ ...call, actor: { name: 'token:b', scopes: ['read'] } });
  expect(reader).toMatchObject({ ok: false, error: { code: 'REFUSED', rule: 'access.scope' } });
  expect(await world.app.perform({ ...call, actor: sender })).toMatchObject({
    ok: true,
    data: first.ok ? first.data : {},
  });
  expect(world.requests('POST')).toHaveLength(1);
});
