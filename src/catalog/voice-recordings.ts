// Recordings of calls: list, look, delete. Starting one is a field of voice_place_call; calls are in voice.ts.
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const recordings = '/2010-04-01/Accounts/{account}/Recordings';
const page = 'twilio-voice';

const recordingSid = fields.sid('Recording SID', 'RE');

const recording = z.object({
  sid: recordingSid,
  status: fields.field(
    z.string(),
    'in-progress, paused, stopped, processing, completed, absent or deleted. Only completed can be heard',
    'completed',
  ),
  call_sid: fields.sid('Call it was made of, always the parent leg', 'CA').optional(),
  conference_sid: fields.sid('Conference it was made of', 'CF').optional(),
  duration: fields.field(z.coerce.number(), 'Length in seconds', 42).optional(),
  channels: fields.field(z.coerce.number(), '2 when each side has its own channel', 1).optional(),
  source: fields.field(z.string(), 'What started it', 'OutboundAPI').optional(),
  date_created: fields
    .field(z.string(), 'When it was made, RFC 2822', 'Mon, 23 Nov 2026 15:00:00 +0000')
    .optional(),
  media_url: fields
    .field(
      z.string(),
      'The audio; add .mp3 or .wav. May need the account credentials to open',
      `https://api.twilio.com/2010-04-01/Accounts/AC${'0'.repeat(32)}/Recordings/RE${'0'.repeat(32)}`,
    )
    .optional(),
  price: fields.field(z.coerce.number(), 'Charge; negative, known some time after', -0.0025).optional(),
  price_unit: fields.field(z.string(), 'Currency of the price', 'USD').optional(),
  error_code: fields
    .field(z.coerce.number(), 'Why it is absent; account_explain_error tells more', 16101)
    .optional(),
});

export const listRecordings = defineOperation({
  name: 'voice_list_recordings',
  title: 'List call recordings',
  about: 'List recordings of one call or of the whole account, newest first.',
  effect: 'read',
  input: z.strictObject({
    call_sid: fields.sid('Only of this call; give the parent leg', 'CA').optional(),
    created_after: fields.dayOrInstant('Only made on or after').optional(),
    created_before: fields.dayOrInstant('Only made on or before').optional(),
    limit: fields.limit,
    cursor: fields.cursor,
  }),
  output: z.object({
    recordings: fields.field(z.array(recording), 'The recordings', []),
    next_cursor: fields.nextCursor,
  }),
  request: {
    method: 'GET',
    host: 'api',
    path: `${recordings}.json`,
    names: { created_after: 'DateCreated>', created_before: 'DateCreated<' },
    list: { rows: 'recordings', maxPage: 1000 },
  },
  page,
});

export const getRecording = defineOperation({
  name: 'voice_get_recording',
  title: 'Get a call recording',
  about: 'Read one recording: whether it is ready, how long it is and where the audio lies.',
  effect: 'read',
  input: z.strictObject({ sid: recordingSid }),
  output: recording,
  request: { method: 'GET', host: 'api', path: `${recordings}/{sid}.json` },
  page,
});

export const deleteRecording = defineOperation({
  name: 'voice_delete_recording',
  title: 'Delete a call recording',
  about: 'Delete the audio of a recording for good. Twilio keeps its record for 40 days.',
  effect: 'delete',
  input: z.strictObject({ sid: recordingSid }),
  output: z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) }),
  request: { method: 'DELETE', host: 'api', path: `${recordings}/{sid}.json` },
  answer: () => ({ deleted: true }),
  page,
});
