// Does a signed request reach this server by its public address? One is sent as Twilio would send it, by way of the world outside.
import { signTwilio } from '../signature.ts';
import { twilioPath } from './receiver.ts';

export interface ProbeParts {
  /** Without a path at its end. */
  readonly publicUrl: string;
  readonly token: string;
  /** New for each try; the server that hears it remembers it under this name. */
  readonly nonce: string;
  readonly fetch: typeof fetch;
}

export type Probed =
  | { readonly heard: true }
  | { readonly heard: false; readonly why: string; readonly mend: string };

/** Twilio itself waits no longer. */
const patienceMs = 15_000;

export async function probe({ publicUrl, token, nonce, fetch }: ProbeParts): Promise<Probed> {
  const url = `${publicUrl}${twilioPath}`;
  const fields: [string, string][] = [['probe', nonce]];
  const sent = fetch(url, {
    method: 'POST',
    redirect: 'manual',
    signal: AbortSignal.timeout(patienceMs),
    headers: { 'x-twilio-signature': signTwilio(token, url, fields) },
    body: new URLSearchParams(fields),
  });
  const answer = await sent.then(
    ({ status }) => status,
    (error: unknown) =>
      error instanceof Error && error.name === 'TimeoutError' ? 'no answer in 15 seconds' : 'no connection',
  );
  if (answer === 204) return { heard: true };
  const [why, mend] = told(answer, url);
  return { heard: false, why, mend };
}

function told(answer: number | string, url: string): [why: string, mend: string] {
  if (typeof answer === 'string')
    return [
      `${url}: ${answer}`,
      'Start the server with --webhooks, and let the proxy, tunnel or firewall in front of it pass requests on to its port.',
    ];
  if (answer === 403)
    return [
      `${url}: the request arrived, and its signature did not fit`,
      'TWILIO_MCP_PUBLIC_URL must be the address letter for letter as Twilio is given it, and the server must have the same Auth Token.',
    ];
  if (answer === 404)
    return [
      `${url}: nothing listens there`,
      'Pass the path on to the server as it is; it begins with /webhooks.',
    ];
  if (answer === 503)
    return [
      `${url}: the server has no Auth Token to check signatures with`,
      'Set TWILIO_AUTH_TOKEN or TWILIO_MCP_WEBHOOK_TOKENS: an API key cannot check them.',
    ];
  return [
    `${url}: answered ${answer}`,
    'See the log of the server, and whatever stands between it and the world.',
  ];
}
