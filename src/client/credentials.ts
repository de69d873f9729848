// Which proof goes to which host, as an Authorization header. Getting OAuth tokens is oauth.ts; finding secrets is not done here.
import type { Host } from '../operation/define.ts';
import { OperationError } from '../operation/errors.ts';
import { proofOf } from './hosts.ts';

export interface Credentials {
  readonly accountSid?: string | undefined;
  readonly authToken?: string | undefined;
  /** Shown to no host: webhooks signed with it are believed while tokens are changed. */
  readonly secondaryAuthToken?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly apiSecret?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** The subaccount requests are made for, if it is not `accountSid` itself. */
  readonly subaccountSid?: string | undefined;
  readonly sendgridApiKey?: string | undefined;
  readonly segmentWriteKey?: string | undefined;
  readonly segmentProfileToken?: string | undefined;
  readonly segmentPublicToken?: string | undefined;
}

/** Asked again for every request, so that a rotated secret is used at once; with `true` when the provider has refused the last. */
export type CredentialSource = (refused?: boolean) => Credentials | Promise<Credentials>;

export interface OAuthClient {
  readonly id: string;
  readonly secret: string;
}

export type Authorization =
  | { readonly kind: 'header'; readonly value: string }
  | { readonly kind: 'oauth'; readonly client: OAuthClient }
  | { readonly kind: 'none' };

/** What the host is to be shown. Throws CREDENTIALS_MISSING, naming the settings that would mend it. */
export function authorize(host: Host, credentials: Credentials): Authorization {
  switch (proofOf(host)) {
    case 'none':
      return { kind: 'none' };
    case 'twilio':
      return twilio(host, credentials);
    case 'sendgrid':
      return bearer(credentials.sendgridApiKey, 'SendGrid', 'SENDGRID_API_KEY');
    case 'segment-write':
      return keyAsUser(credentials.segmentWriteKey, 'Segment tracking', 'SEGMENT_WRITE_KEY');
    case 'segment-profile':
      return keyAsUser(
        credentials.segmentProfileToken,
        'the Segment Profile API',
        'SEGMENT_PROFILE_API_TOKEN',
      );
    case 'segment-public':
      return bearer(credentials.segmentPublicToken, 'the Segment Public API', 'SEGMENT_PUBLIC_API_TOKEN');
  }
}

/** API key first: it can be limited and withdrawn; the Auth Token is the account itself. */
function twilio(host: Host, credentials: Credentials): Authorization {
  const { accountSid, authToken, apiKey, apiSecret, clientId, clientSecret } = credentials;
  const other = refuseForSubaccount(host, credentials);
  if (other !== undefined) return other;
  if (apiKey !== undefined && apiSecret !== undefined) return basic(apiKey, apiSecret);
  if (accountSid !== undefined && authToken !== undefined) return basic(accountSid, authToken);
  if (clientId !== undefined && clientSecret !== undefined)
    return { kind: 'oauth', client: { id: clientId, secret: clientSecret } };
  throw missing(
    'Twilio',
    'TWILIO_ACCOUNT_SID with TWILIO_API_KEY and TWILIO_API_SECRET (or with TWILIO_AUTH_TOKEN)',
  );
}

/**
 * With its parent's credentials a subaccount is reached on api.twilio.com only, and only by Auth Token: every other
 * host would act on the parent, silently (Twilio's page on subaccounts).
 */
function refuseForSubaccount(
  host: Host,
  { accountSid, authToken, subaccountSid }: Credentials,
): Authorization | undefined {
  if (subaccountSid === undefined || subaccountSid === accountSid) return undefined;
  if (host === 'api' && accountSid !== undefined && authToken !== undefined)
    return basic(accountSid, authToken);
  throw new OperationError(
    'CREDENTIALS_MISSING',
    "The parent account's credentials do not reach this subaccount here.",
    {
      next:
        host === 'api'
          ? "Set the parent's TWILIO_AUTH_TOKEN, or the subaccount's own SID and API key without TWILIO_MCP_SUBACCOUNT_SID."
          : "Run a server with the subaccount's own SID and API key: outside api.twilio.com the parent's would act on the parent.",
    },
  );
}

export function basic(user: string, password: string): Authorization {
  return { kind: 'header', value: `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}` };
}

function bearer(token: string | undefined, what: string, setting: string): Authorization {
  if (token === undefined) throw missing(what, setting);
  return { kind: 'header', value: `Bearer ${token}` };
}

/** Segment takes the key as user name with an empty password. */
function keyAsUser(key: string | undefined, what: string, setting: string): Authorization {
  if (key === undefined) throw missing(what, setting);
  return basic(key, '');
}

function missing(what: string, setting: string): OperationError {
  return new OperationError('CREDENTIALS_MISSING', `No credentials for ${what} are configured.`, {
    next: `Set ${setting}.`,
  });
}
