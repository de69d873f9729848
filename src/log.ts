// Logs: JSON lines to stderr, every value through the redactor. What the model sees is redacted in perform.ts.
import { createRequire } from 'node:module';
import type { Logger } from 'pino';
import type { Redactor } from './redact.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';

export type Log = Readonly<Record<Level, (facts: object, message: string) => void>>;

/** From the least to the most urgent. */
const order = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export interface LogOptions {
  /** The least urgent that is written; `silent` for nothing. */
  readonly level: string;
  readonly redactor: Redactor;
  /** Where lines go; stderr unless a test listens. */
  readonly write?: (line: string) => void;
}

const require = createRequire(import.meta.url);

export function createLog(options: LogOptions): Log {
  let logger: Logger | undefined;
  const at =
    (level: Level) =>
    (facts: object, message: string): void => {
      if (order.indexOf(level) < order.indexOf(options.level)) return;
      logger ??= open(options);
      logger[level](facts, message);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Loaded with the first line: a start that has nothing to tell should not wait for it. */
function open({ level, redactor, write }: LogOptions): Logger {
  const { destination, pino }: typeof import('pino') = require('pino');
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
