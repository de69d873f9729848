// Logs: JSON lines to stderr, every value through the redactor. What the model sees is redacted in perform.ts.
import { destination, type Logger, pino } from 'pino';
import type { Redactor } from './redact.ts';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export interface LogOptions {
  readonly level: string;
  readonly redactor: Redactor;
  /** Where lines go; stderr unless a test listens. */
  readonly write?: (line: string) => void;
}

export function createLog({ level, redactor, write }: LogOptions): Log {
  const stream = write === undefined ? destination({ fd: 2, sync: true }) : { write };
  return pino(
    {
      level,
      base: { service: 'twilio-mcp' },
      // The whole finished line is redacted, so that no serializer, child or error can slip past.
      hooks: { streamWrite: (line) => redactor.logText(line) },
    },
    stream,
  );
}
