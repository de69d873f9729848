// `twilio-mcp emulator`: the local Twilio by itself, until it is stopped.
import { readConfig } from '../config.ts';
import { serveEmulator } from '../emulator/server.ts';
import { OperationError } from '../operation/errors.ts';

export async function runEmulator({
  port,
  host,
}: {
  readonly port: string;
  readonly host: string;
}): Promise<void> {
  const wanted = Number(port);
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) {
    throw new OperationError('INVALID_INPUT', `--port ${port} is no port.`, {
      next: 'Give a number from 0 (any free one) to 65535.',
    });
  }
  const {
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_API_KEY: sid,
    TWILIO_API_SECRET: secret,
  } = (await readConfig()).settings;
  const served = await serveEmulator({
    now: Date.now,
    clock: 'auto',
    port: wanted,
    host,
    ...(accountSid !== undefined && { accountSid }),
    ...(authToken !== undefined && { authToken }),
    ...(sid !== undefined && secret !== undefined && { apiKeys: [{ sid, secret }] }),
  }).catch((cause: unknown) => {
    throw new OperationError('CONFIGURATION_INVALID', `Port ${port} on ${host} could not be opened.`, {
      next: 'Stop what uses it, or give another --port; 0 takes any free one.',
      cause,
    });
  });
  const token =
    authToken === undefined ? 'the documented one (references/emulator.md)' : 'the configured one';
  process.stdout.write(
    [
      `The local Twilio listens at ${served.url}`,
      `  TWILIO_API_BASE_URL=${served.url}`,
      `  TWILIO_ACCOUNT_SID=${served.emulator.accountSid}   auth token: ${token}`,
      `  Control door: ${served.url}/_emulator`,
      '',
    ].join('\n'),
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      served.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}
