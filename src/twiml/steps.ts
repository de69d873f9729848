// Here: the small description from which TwiML is built, as a schema that can become a tool's input.
// Not here: turning it into XML (build.ts).
import { z } from 'zod';

const say = z.string().min(1).max(5000).describe('Words to speak, e.g. "Your table is ready."');
const play = z
  .string()
  .min(1)
  .max(2048)
  .describe('URL of a sound file to play, e.g. https://example.com/hello.mp3');
const pause = z.int().min(1).max(600).describe('Seconds of silence, e.g. 2');
const voice = z.string().min(1).max(100).describe('Voice for say, e.g. Polly.Joanna');
const language = z.string().min(2).max(35).describe('Language as a BCP 47 tag, e.g. en-US');
const loop = z
  .int()
  .min(0)
  .max(1000)
  .describe('How many times to say or play, e.g. 2; 0 goes on until the call ends');
const action = z
  .string()
  .min(1)
  .max(2048)
  .describe('URL that gets the outcome and answers with more TwiML, e.g. https://example.com/next');
const method = z.enum(['GET', 'POST']).describe('HTTP method for the URL, e.g. POST');

const promptStep = z.strictObject({
  say: say.optional(),
  play: play.optional(),
  pause: pause.optional(),
  voice: voice.optional(),
  language: language.optional(),
  loop: loop.optional(),
});

const gather = z.strictObject({
  prompt: z
    .array(promptStep)
    .max(20)
    .optional()
    .describe('What the caller hears meanwhile, e.g. [{"say": "Press 1 for sales."}]'),
  input: z
    .array(z.enum(['dtmf', 'speech']))
    .min(1)
    .max(2)
    .optional()
    .describe('What to listen for, e.g. ["dtmf", "speech"]'),
  digits: z.int().min(1).max(100).optional().describe('How many digits end the input, e.g. 1'),
  finish_on_key: z.string().max(12).optional().describe('Keys that end the input, e.g. #; empty for none'),
  timeout: z.int().min(1).max(600).optional().describe('Seconds to wait for the next digit or word, e.g. 5'),
  language: language.optional(),
  hints: z
    .string()
    .min(1)
    .max(5000)
    .optional()
    .describe('Expected words, with commas between them, e.g. "sales, support"'),
  action: action.optional(),
  method: method.optional(),
  action_on_empty_result: z
    .boolean()
    .optional()
    .describe('Call the action URL also when nothing came in, e.g. true'),
});

const dial = z.strictObject({
  number: z.string().min(2).max(40).optional().describe('Phone number to connect, e.g. +15551234567'),
  client: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('Identity of a Voice SDK user to connect, e.g. alice'),
  sip: z.string().min(5).max(255).optional().describe('SIP address to connect, e.g. sip:alice@example.com'),
  whatsapp: z.string().min(2).max(40).optional().describe('WhatsApp number to connect, e.g. +15551234567'),
  conference: z.string().min(1).max(128).optional().describe('Conference room to join, e.g. weekly-meeting'),
  queue: z.string().min(1).max(64).optional().describe('Queue whose first caller to connect, e.g. support'),
  caller_id: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Number shown to the called party, e.g. +15557654321'),
  timeout: z.int().min(1).max(600).optional().describe('Seconds to let it ring, e.g. 20'),
  time_limit: z.int().min(1).max(86_400).optional().describe('Longest connected time in seconds, e.g. 3600'),
  record: z
    .enum([
      'do-not-record',
      'record-from-answer',
      'record-from-ringing',
      'record-from-answer-dual',
      'record-from-ringing-dual',
    ])
    .optional()
    .describe('Whether and from when to record, e.g. record-from-answer'),
  answer_on_bridge: z
    .boolean()
    .optional()
    .describe('Let the caller hear ringing until the other side answers, e.g. true'),
  action: action.optional(),
  method: method.optional(),
});

const record = z.strictObject({
  max_length: z.int().min(1).max(14_400).optional().describe('Longest recording in seconds, e.g. 120'),
  timeout: z.int().min(1).max(600).optional().describe('Seconds of silence that end it, e.g. 5'),
  finish_on_key: z.string().max(12).optional().describe('Keys that end it, e.g. #; empty for none'),
  play_beep: z.boolean().optional().describe('Beep before it begins, e.g. true'),
  trim: z
    .enum(['trim-silence', 'do-not-trim'])
    .optional()
    .describe('Cut silence from both ends, e.g. trim-silence'),
  transcribe: z.boolean().optional().describe('Transcribe it, at a price, e.g. false'),
  action: action.optional(),
  method: method.optional(),
  status_callback: z
    .string()
    .min(1)
    .max(2048)
    .optional()
    .describe('URL told when the recording is ready, e.g. https://example.com/recorded'),
});

const message = z.strictObject({
  to: z
    .string()
    .min(2)
    .max(100)
    .optional()
    .describe('Recipient, e.g. +15551234567; left out, it answers the sender'),
  body: z.string().min(1).max(1600).optional().describe('Text of the message, e.g. "Thank you, we got it."'),
  media: z
    .array(z.string().min(1).max(2048))
    .max(10)
    .optional()
    .describe('URLs of media to attach, e.g. ["https://example.com/map.png"]'),
});

/** One step: exactly one verb (say, play, …), and beside it only what that verb takes. */
export const twimlStep = z.strictObject({
  say: say.optional(),
  play: play.optional(),
  voice: voice.optional(),
  language: language.optional(),
  loop: loop.optional(),
  pause: pause.optional(),
  press: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Keypad tones to send, w waits half a second, e.g. ww1234#'),
  gather: gather
    .optional()
    .describe('Collect digits or speech, e.g. {"digits": 1, "prompt": [{"say": "Press 1."}]}'),
  dial: dial.optional().describe('Connect the call to exactly one party, e.g. {"number": "+15551234567"}'),
  record: record.optional().describe('Record the caller, e.g. {"max_length": 60}'),
  redirect: z
    .string()
    .min(1)
    .max(2048)
    .optional()
    .describe('URL whose TwiML to go on with, e.g. https://example.com/menu'),
  hangup: z.literal(true).optional().describe('End the call, e.g. true'),
  reject: z.enum(['rejected', 'busy']).optional().describe('Refuse an incoming call unanswered, e.g. busy'),
  message: message
    .optional()
    .describe('Answer a message with a message; not inside a call, e.g. {"body": "Thanks!"}'),
});

export type TwimlStep = z.infer<typeof twimlStep>;
export type PromptStep = z.infer<typeof promptStep>;
