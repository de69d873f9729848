// What people said into recordings, as text. A recording itself is in voice-recordings.ts; asking for its text is TwiML (<Record transcribe>).
import { z } from 'zod';
import { defineOperation } from '../operation/define.ts';
import * as fields from '../operation/fields.ts';

const account = '/2010-04-01/Accounts/{account}';
const page = 'twilio-voice';
const sid = fields.sid('Transcription SID', 'TR');
const recordingSid = fields.sid('Recording SID', 'RE');

const transcription = z.object({
  sid,
  status: fields.field(z.string(), 'in-progress, completed or failed', 'completed').optional(),
  recording_sid: recordingSid.optional(),
  transcription_text: fields.words('What was said, as a machine heard it', 'Please call me back.').optional(),
  duration: fields.field(z.coerce.number(), 'Seconds transcribed', 12).optional(),
  price: fields.field(z.coerce.number(), 'Charge; negative, known some time after', -0.05).optional(),
  price_unit: fields.field(z.string(), 'Currency of the price', 'USD').optional(),
  date_created: fields
    .field(z.string(), 'When it was made, RFC 2822', 'Mon, 23 Nov 2026 15:00:00 +0000')
    .optional(),
});

const transcriptions = z.object({
  transcriptions: fields.field(z.array(transcription), 'The transcriptions', []),
  next_cursor: fields.nextCursor,
});

const list = { rows: 'transcriptions', maxPage: 1000 } as const;

export const listTranscriptions = defineOperation({
  name: 'voice_list_transcriptions',
  title: 'List transcriptions',
  about:
    'List what was said into recordings, as text. Only recordings of TwiML <Record transcribe="true"> have one, between 2 and 120 seconds long.',
  effect: 'read',
  input: z.strictObject({ limit: fields.limit, cursor: fields.cursor }),
  output: transcriptions,
  request: { method: 'GET', host: 'api', path: `${account}/Transcriptions.json`, list },
  page,
});

export const listRecordingTranscriptions = defineOperation({
  name: 'voice_list_recording_transcriptions',
  title: 'List transcriptions of a recording',
  about: 'List the transcriptions of one recording.',
  effect: 'read',
  input: z.strictObject({ recording_sid: recordingSid, limit: fields.limit, cursor: fields.cursor }),
  output: transcriptions,
  request: {
    method: 'GET',
    host: 'api',
    path: `${account}/Recordings/{recording_sid}/Transcriptions.json`,
    list,
  },
  page,
});

export const getTranscription = defineOperation({
  name: 'voice_get_transcription',
  title: 'Get a transcription',
  about: 'Read one transcription and its text.',
  effect: 'read',
  input: z.strictObject({ sid }),
  output: transcription,
  request: { method: 'GET', host: 'api', path: `${account}/Transcriptions/{sid}.json` },
  page,
});

export const deleteTranscription = defineOperation({
  name: 'voice_delete_transcription',
  title: 'Delete a transcription',
  about: 'Delete the text of a recording for good. The recording stays: see voice_delete_recording.',
  effect: 'delete',
  input: z.strictObject({ sid }),
  output: z.object({ deleted: fields.field(z.boolean(), 'True once it is gone', true) }),
  request: { method: 'DELETE', host: 'api', path: `${account}/Transcriptions/{sid}.json` },
  answer: () => ({ deleted: true }),
  page,
});
