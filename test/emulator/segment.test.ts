// The local Segment by plain requests: its keys, its silence about dropped events, its sizes, versions and cursors.
import { expect, it } from 'vitest';
import { emulatedSegment } from '../../src/emulator/products/segment-realm.ts';
import { served } from './served.ts';

const { segmentWriteKey, segmentProfileToken, segmentPublicToken } = emulatedSegment.credentials;
const keyAsUser = (key: string) => `Basic ${btoa(`${key}:`)}`;

async function segment() {
  const { url, control } = await served();
  const answerOf = async (response: Response) => ({ status: response.status, body: await response.json() });
  const post = async (route: string, body: unknown, key = segmentWriteKey) =>
    answerOf(
      await fetch(`${url}/api.segment.io/v1/${route}`, {
        method: 'POST',
        headers: { authorization: keyAsUser(key), 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    );
  const profile = async (path: string, key = segmentProfileToken) =>
    answerOf(
      await fetch(
        `${url}/profiles.segment.com/v1/spaces/${emulatedSegment.spaceId}/collections/users/profiles/${path}`,
        { headers: { authorization: keyAsUser(key) } },
      ),
    );
  const workspace = async (path: string, accept: string) =>
    answerOf(
      await fetch(`${url}/api.segmentapis.com${path}`, {
        headers: { authorization: `Bearer ${segmentPublicToken}`, accept },
      }),
    );
  return { post, profile, workspace, control };
}

it('lets in by key, and refuses in the words of each host', async () => {
  const { post, profile } = await segment();
  expect(await post('track', { userId: 'u1', event: 'A' })).toEqual({ status: 200, body: { success: true } });
  expect(await post('track', { userId: 'u1', event: 'A' }, 'another')).toMatchObject({
    status: 401,
    body: { success: false },
  });
  expect(await profile('user_id:u1/events', 'another')).toMatchObject({
    status: 401,
    body: { error: { code: 'unauthorized' } },
  });
  expect(await profile('user_id:u2/events')).toMatchObject({
    status: 404,
    body: { error: { code: 'not_found' } },
  });
});

it('answers success to what it drops: no person, no event name, too many at once', async () => {
  const { post, profile } = await segment();
  const success = { status: 200, body: { success: true } };
  expect(await post('track', { event: 'A' })).toEqual(success);
  expect(await post('track', { userId: 'u1' })).toEqual(success);
  const batch = Array.from({ length: 2501 }, () => ({ type: 'track', userId: 'u1', event: 'A' }));
  expect(await post('batch', { batch })).toEqual(success);
  expect(await profile('user_id:u1/events')).toMatchObject({ status: 404 });
});

it('refuses what is too large or no JSON', async () => {
  const { post } = await segment();
  const large = { userId: 'u1', event: 'A', properties: { note: 'x'.repeat(33_000) } };
  expect(await post('track', large)).toMatchObject({ status: 400 });
  expect(await post('batch', { batch: [{ type: 'track', ...large }] })).toMatchObject({ status: 400 });
  expect(await post('track', '{"userId":')).toMatchObject({ status: 400 });
});

it('drops a second message of the same ID for a day, then no longer', async () => {
  const { post, profile, control } = await segment();
  const message = { userId: 'u1', event: 'A', messageId: 'm1' };
  await post('track', message);
  await post('track', message);
  expect(await profile('user_id%3Au1/events')).toMatchObject({ body: { data: [{ message_id: 'm1' }] } });
  await control('POST', '/clock/advance', { seconds: 86_401 });
  await post('track', message);
  expect((await profile('user_id:u1/events?limit=1')).body).toMatchObject({
    data: [{ event: 'A', message_id: 'm1' }],
    cursor: { has_more: true, limit: 1 },
  });
});

it('wants a version of its own in Accept', async () => {
  const { workspace } = await segment();
  const audiences = `/spaces/${emulatedSegment.spaceId}/audiences`;
  expect(await workspace(audiences, 'application/vnd.segment.v1alpha+json')).toMatchObject({
    status: 200,
    body: { data: { audiences: [{ id: 'aud_emulated' }], pagination: { totalEntries: 1 } } },
  });
  expect(await workspace('/destinations', 'application/json')).toMatchObject({ status: 406 });
});
