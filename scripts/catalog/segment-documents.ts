// Segment's Tracking and Profile APIs, which are described in documents only: their facts, written by hand.
import type { DomainFacts, OperationFacts, ParamFacts, SchemaFacts } from '../../src/catalog/full/facts.ts';

const source =
  "Segment's documents (connections/sources/catalog/libraries/server/http-api, unify/profile-api), 2026-11";

const words: SchemaFacts = { type: 'string' };
const free: SchemaFacts = { type: 'object', others: {} };

/** Fields of every call; one of the two identities must be given. */
const common: Readonly<Record<string, SchemaFacts>> = {
  userId: words,
  anonymousId: words,
  messageId: { type: 'string', maxLength: 100 },
  timestamp: { type: 'string', format: 'date-time' },
  context: free,
  integrations: free,
};
const identity = [['userId', 'anonymousId']];

function tracking(
  id: string,
  properties: Readonly<Record<string, SchemaFacts>>,
  required: readonly string[] = [],
): OperationFacts {
  return {
    id,
    method: 'POST',
    path: `/v1/${id}`,
    body: {
      type: 'json',
      schema: {
        type: 'object',
        properties: { ...common, ...properties },
        ...(required.length > 0 && { required }),
      },
    },
    answer: { success: 'boolean' },
    needs: identity,
  };
}

const segmentTracking: DomainFacts = {
  domain: 'segment_tracking',
  host: 'segment-tracking',
  source,
  operations: [
    tracking('identify', { traits: free }),
    tracking('track', { event: words, properties: free }, ['event']),
    tracking('page', { name: words, category: words, properties: free }),
    tracking('screen', { name: words, category: words, properties: free }),
    tracking('group', { groupId: words, traits: free }, ['groupId']),
    tracking('alias', { previousId: words }, ['previousId']),
    {
      id: 'batch',
      method: 'POST',
      path: '/v1/batch',
      body: {
        type: 'json',
        schema: {
          type: 'object',
          properties: {
            batch: { type: 'array', items: free, minItems: 1, maxItems: 2500 },
            context: free,
            integrations: free,
          },
          required: ['batch'],
        },
      },
      answer: { success: 'boolean' },
    },
  ],
  schemas: {},
  answers: {},
};

function inPath(name: string): ParamFacts {
  return { name, in: 'path', required: true, schema: words };
}

function inQuery(name: string, schema: SchemaFacts = words): ParamFacts {
  return { name, in: 'query', schema };
}

const profile = '/v1/spaces/{spaceId}/collections/{collection}/profiles/{externalId}';
const whose: readonly ParamFacts[] = [
  inPath('spaceId'),
  { ...inPath('collection'), schema: { type: 'string', enum: ['users', 'accounts'] } },
  inPath('externalId'),
];
const pages: readonly ParamFacts[] = [
  inQuery('limit', { type: 'integer', minimum: 1, maximum: 100 }),
  inQuery('next'),
];

function reading(id: string, part: string, params: readonly ParamFacts[], rows?: string): OperationFacts {
  const answer = rows === undefined ? { metadata: 'any' } : { data: ['any'], cursor: 'any' };
  return {
    id,
    method: 'GET',
    path: `${profile}${part}`,
    params: [...whose, ...params],
    answer,
    ...(rows !== undefined && { rows }),
  };
}

const segmentProfiles: DomainFacts = {
  domain: 'segment_profiles',
  host: 'segment-profiles',
  source,
  operations: [
    reading('getTraits', '/traits', [
      ...pages,
      inQuery('include'),
      inQuery('class'),
      inQuery('verbose', { type: 'boolean' }),
    ]),
    reading(
      'listExternalIds',
      '/external_ids',
      [...pages, inQuery('include'), inQuery('verbose', { type: 'boolean' })],
      'data',
    ),
    reading(
      'listEvents',
      '/events',
      [
        ...pages,
        inQuery('include'),
        inQuery('exclude'),
        inQuery('start'),
        inQuery('end'),
        inQuery('sort', { type: 'string', enum: ['asc', 'desc'] }),
      ],
      'data',
    ),
    reading('getMetadata', '/metadata', [inQuery('verbose', { type: 'boolean' })]),
    reading('listLinks', '/links', pages, 'data'),
  ],
  schemas: {},
  answers: {},
};

export const documented: readonly DomainFacts[] = [segmentTracking, segmentProfiles];
