// The exact request as a curl command that a person may paste: credentials stay the names of environment variables.
// Masking what else must not be seen is redact.ts's.
import type { WireRequest } from './encode.ts';
import { type Proof, proofOf } from './hosts.ts';

/** `url` is the client's `urlOf(request)`. */
export function asCurl(request: WireRequest, url: string): string {
  const parts = ['curl', ...(request.method === 'GET' ? [] : ['-X', request.method]), quote(url)];
  parts.push(...proofArguments[proofOf(request.host)]);
  for (const [name, value] of Object.entries(request.headers)) parts.push('-H', quote(`${name}: ${value}`));
  if (request.body?.type === 'json') parts.push('-H', quote('Content-Type: application/json'));
  // Not --data, which takes a leading @ for the name of a file to send.
  if (request.body !== undefined) parts.push('--data-raw', quote(request.body.text));
  return parts.join(' ');
}

/** In double quotes, so that the shell puts the value in. */
const proofArguments: Readonly<Record<Proof, readonly string[]>> = {
  none: [],
  twilio: ['-u', '"$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN"'],
  sendgrid: ['-H', '"Authorization: Bearer $SENDGRID_API_KEY"'],
  'segment-write': ['-u', '"$SEGMENT_WRITE_KEY:"'],
  'segment-profile': ['-u', '"$SEGMENT_PROFILE_API_TOKEN:"'],
  'segment-public': ['-H', '"Authorization: Bearer $SEGMENT_PUBLIC_API_TOKEN"'],
};

/** Single quotes take everything literally but themselves. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
