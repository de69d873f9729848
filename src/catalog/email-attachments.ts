// Files beside an email: given as base64, or taken from where the owner allows. How they are fetched is not here.
import { z } from 'zod';
import { OperationError } from '../operation/errors.ts';
import * as fields from '../operation/fields.ts';
import type { FileContent, Files } from '../operation/files.ts';

/** SendGrid refuses a request that is larger (docs/sendgrid/api-reference/mail-send/limitations). */
export const MOST_BYTES = 30_000_000;

const filename = fields.field(
  z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^/\\\p{Cc}]+$/u, 'must be a plain file name'),
  'File name; that of the path or URL unless given',
  'receipt.pdf',
);

const mediaType = fields.field(
  z.string().regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type such as application/pdf'),
  'Media type',
  'application/pdf',
);

const content = fields.field(
  z.base64('must be base64').min(4).max(MOST_BYTES),
  'The file, as base64',
  'SGVsbG8=',
);

export const attachment = z
  .strictObject({
    filename: filename.optional(),
    type: mediaType.optional(),
    content: content.optional(),
    path: fields
      .field(
        z.string().min(1).max(1000),
        'In place of content: a file in a folder that the owner allows (TWILIO_MCP_ATTACHMENT_FOLDERS)',
        'receipts/1042.pdf',
      )
      .optional(),
    url: fields
      .field(
        z.url({ protocol: /^https$/, error: 'must be an https URL' }).max(2048),
        'In place of content: a file on a host that the owner allows (TWILIO_MCP_ATTACHMENT_HOSTS)',
        'https://files.example.com/receipts/1042.pdf',
      )
      .optional(),
  })
  .refine((file) => [file.content, file.path, file.url].filter((each) => each !== undefined).length === 1, {
    error: 'give content, path or url, one of them',
    path: ['content'],
  })
  .refine((file) => file.content === undefined || file.filename !== undefined, {
    error: 'is missing',
    path: ['filename'],
  });

type Attachment = z.output<typeof attachment>;

/** As SendGrid takes it. */
export const wireAttachment = z.strictObject({ filename, type: mediaType.optional(), content });

/** Takes the files in, one after the other, each with the room that is left. `used` is what the email takes up without them. */
export async function takeIn(
  attachments: readonly Attachment[],
  used: number,
  files: Files,
  signal: AbortSignal,
): Promise<z.output<typeof wireAttachment>[]> {
  const taken: z.output<typeof wireAttachment>[] = [];
  let room = MOST_BYTES - used;
  for (const given of attachments) {
    const found = await contentOf(given, Math.floor((room * 3) / 4), files, signal);
    const type = given.type ?? found.type;
    room -= found.base64.length;
    if (room < 0) throw tooLarge();
    // An empty file has nothing to attach; SendGrid refuses it with words that do not say so.
    if (found.base64 === '') throw empty(found.filename);
    taken.push({ filename: given.filename ?? found.filename, ...(type && { type }), content: found.base64 });
  }
  return taken;
}

async function contentOf(
  { content: base64, filename: name = '', path, url }: Attachment,
  mostBytes: number,
  files: Files,
  signal: AbortSignal,
): Promise<FileContent> {
  if (base64 !== undefined) return { filename: name, base64 };
  if (mostBytes <= 0) throw tooLarge();
  if (path !== undefined) return files.read(path, mostBytes);
  if (url !== undefined) return files.download(url, mostBytes, signal);
  throw empty(name);
}

function tooLarge(): OperationError {
  return new OperationError(
    'INVALID_INPUT',
    'email_send was not carried out: the attachments make it over 30 MB, counted as base64.',
    { next: 'Send a link instead of the largest file.' },
  );
}

function empty(name: string): OperationError {
  return new OperationError('INVALID_INPUT', `email_send was not carried out: ${name} is empty.`, {
    next: 'Attach a file that holds something.',
  });
}
