// Segment's Public API, reading only: audiences of an Engage space and the destinations of a workspace.
// Tracking is in segment.ts, single profiles are in segment-profiles.ts. Settings of destinations are left out: they hold keys.
import { z } from 'zod';
import { defineOperation, type Row } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';
import { isRow } from '../operation/row.ts';
import { inSpace, spaceId } from './segment-space.ts';

const page = 'twilio-segment-engage';
const host = 'segment-public' as const;
const stable = { Accept: 'application/vnd.segment.v1+json' };
// Audiences are in alpha: the stable version answers 404 for them.
const alpha = { Accept: 'application/vnd.segment.v1alpha+json' };

const id = /^[A-Za-z0-9_-]{2,64}$/;

const paging = {
  limit: fields.field(z.int().min(1).max(200).default(20), 'Most rows to return', 20),
  cursor: fields
    .field(z.string().max(4096), 'next_cursor of the previous answer', 'eyJwYWdlIjoxfQ')
    .optional(),
};
const pagingNames = { limit: 'pagination[count]', cursor: 'pagination[cursor]' };

function dataOf(body: Row): Row {
  return isRow(body['data']) ? body['data'] : {};
}

function pageOf(body: Row, rows: string): Row {
  const data = dataOf(body);
  const pagination = isRow(data['pagination']) ? data['pagination'] : {};
  return { [rows]: data[rows], total: pagination['totalEntries'], next_cursor: pagination['next'] };
}

const total = fields.field(z.number(), 'How many there are in all', 1).optional();

const audience = z.object({
  id: fields.field(z.string(), 'Audience ID', 'aud_example').optional(),
  name: fields.field(z.string(), 'Name', 'Lapsed buyers').optional(),
  description: fields.field(z.string(), 'What it is for', 'No order in 90 days').optional(),
  key: fields.field(z.string(), 'The trait that members carry', 'lapsed_buyers').optional(),
  enabled: fields.field(z.boolean(), 'Whether it is computed', true).optional(),
  status: fields.field(z.string(), 'State of the computation', 'Live').optional(),
  definition: fields
    .field(z.record(z.string(), z.unknown()), 'The rule of membership', { type: 'users' })
    .optional(),
  updatedAt: fields.field(z.string(), 'Last change', '2026-11-23T15:00:00Z').optional(),
});

export const listAudiences = defineOperation({
  name: 'segment_list_audiences',
  title: 'List audiences',
  about:
    'List the audiences of an Engage space (Public API, alpha). Whether someone is a member: segment_get_traits, by the key of the audience.',
  effect: 'read',
  input: z.strictObject({ space_id: spaceId, ...paging }),
  output: z.object({
    audiences: fields.field(z.array(audience), 'The audiences', []),
    total,
    next_cursor: fields.nextCursor,
  }),
  prepare: inSpace,
  request: {
    method: 'GET',
    host,
    path: '/spaces/{space_id}/audiences',
    names: pagingNames,
    fixedHeaders: alpha,
  },
  answer: (body) => pageOf(body, 'audiences'),
  page,
});

export const getAudience = defineOperation({
  name: 'segment_get_audience',
  title: 'Get an audience',
  about: 'Read one audience with the rule that makes its members.',
  effect: 'read',
  input: z.strictObject({
    audience_id: fields.field(
      z.string().regex(id, 'must be an audience ID from segment_list_audiences'),
      'Audience ID',
      'aud_example',
    ),
    space_id: spaceId,
  }),
  output: audience,
  prepare: inSpace,
  request: {
    method: 'GET',
    host,
    path: '/spaces/{space_id}/audiences/{audience_id}',
    fixedHeaders: alpha,
  },
  answer: (body) => one(body, 'audience'),
  page,
});

const destination = z.object({
  id: fields.field(z.string(), 'Destination ID', 'dest_example').optional(),
  name: fields.field(z.string(), 'Name', 'Twilio messaging').optional(),
  enabled: fields.field(z.boolean(), 'Whether events flow to it', true).optional(),
  sourceId: fields.field(z.string(), 'Source it is fed from', 'src_example').optional(),
  kind: fields.field(z.string(), 'Which service it is', 'Twilio').optional(),
});

export const listDestinations = defineOperation({
  name: 'segment_list_destinations',
  title: 'List destinations',
  about: 'List where the workspace sends its events on to. Their settings are left out: they hold keys.',
  effect: 'read',
  input: z.strictObject(paging),
  output: z.object({
    destinations: fields.field(z.array(destination), 'The destinations', []),
    total,
    next_cursor: fields.nextCursor,
  }),
  request: { method: 'GET', host, path: '/destinations', names: pagingNames, fixedHeaders: stable },
  answer: (body) => {
    const answer = pageOf(body, 'destinations');
    const rows = answer['destinations'];
    return { ...answer, destinations: Array.isArray(rows) ? rows.filter(isRow).map(named) : rows };
  },
  page,
});

export const getDestination = defineOperation({
  name: 'segment_get_destination',
  title: 'Get a destination',
  about: 'Read one destination: whether it is on, and from which source it is fed.',
  effect: 'read',
  input: z.strictObject({
    destination_id: fields.field(
      z.string().regex(id, 'must be a destination ID from segment_list_destinations'),
      'Destination ID',
      'dest_example',
    ),
  }),
  output: destination,
  request: { method: 'GET', host, path: '/destinations/{destination_id}', fixedHeaders: stable },
  answer: (body) => named(one(body, 'destination')),
  page,
});

function one(body: Row, key: string): Row {
  const found = dataOf(body)[key];
  return isRow(found) ? found : {};
}

function named(row: Row): Row {
  return { ...row, kind: isRow(row['metadata']) ? row['metadata']['name'] : undefined };
}
