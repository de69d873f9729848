// Why no connection was made, in words, and whether trying again can help.
// What becomes of a request that had left is failure.ts's.

/** Why, as the rest of a sentence. Without a cause the time was over. */
export function reasonOf(cause: unknown, timeoutMs: number): string {
  const code = causeCode(cause);
  if (code === undefined) return `none was made within ${timeoutMs / 1000} seconds`;
  return (
    reasons[code] ??
    (isCertificateFault(cause)
      ? `its certificate is not accepted (${code})`
      : `the connection failed (${code})`)
  );
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'the name is not known to the DNS',
  EAI_AGAIN: 'the DNS does not answer',
  ENETUNREACH: 'the network is not reachable',
  EHOSTUNREACH: 'the host is not reachable',
  UND_ERR_CONNECT_TIMEOUT: 'it took too long to connect',
};

export function adviceOf(cause: unknown): string {
  if (causeCode(cause) === 'ECONNREFUSED')
    return 'Check that TWILIO_API_BASE_URL, if set, names a running server, and that no firewall stands between.';
  return 'Check the network, DNS and proxy of this machine, and TWILIO_EDGE with TWILIO_REGION if set; then try again.';
}

/** Certificates do not mend themselves between two attempts, nor does a client that was closed open again. */
export function isPermanent(cause: unknown): boolean {
  return isCertificateFault(cause) || /^UND_ERR_(?:CLOSED|DESTROYED)$/.test(causeCode(cause) ?? '');
}

function isCertificateFault(cause: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|ERR_TLS|ERR_SSL/.test(causeCode(cause) ?? '');
}

/** The code of an error, or of the first one inside an AggregateError (a name with several addresses). */
export function causeCode(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  if (cause instanceof AggregateError) return causeCode(cause.errors[0]);
  return 'cause' in cause ? causeCode(cause.cause) : undefined;
}
