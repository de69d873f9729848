// The Segment space that a call is about: the one it names, else the configured one.
// No operation is here: this file is no book of the catalog.
import { z } from 'zod';
import type { Defaults, Row } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';

export const spaceId = fields
  .field(
    z.string().regex(/^[A-Za-z0-9_-]{4,64}$/, 'must be a Segment space ID'),
    'Unify or Engage space; SEGMENT_SPACE_ID when left out',
    'spa_example',
  )
  .optional();

export function inSpace(input: Row, { segmentSpaceId }: Defaults): Row {
  const space_id = input['space_id'] ?? segmentSpaceId;
  if (space_id !== undefined) return { ...input, space_id };
  throw new OperationError('INVALID_INPUT', 'space_id is missing and SEGMENT_SPACE_ID is not set.', {
    next: 'Give space_id (the API access page of Unify settings shows it), or set SEGMENT_SPACE_ID.',
  });
}
