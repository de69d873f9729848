// A secret that Twilio or SendGrid shows once is kept here: in a file that only its owner can read. Its words reach nobody else.
// Reading secrets is read.ts.
import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationError } from '../operation/errors.ts';

type Row = Readonly<Record<string, unknown>>;

export interface Keeper {
  /** Refuses while nothing has been made yet, if what will be made could not be kept. */
  readonly ready: () => Promise<void>;
  /** The answer with the path of the file in place of the secret. */
  readonly keep: (answer: Row, field: string) => Promise<Record<string, unknown>>;
}

export interface KeeperOptions {
  readonly folder: string;
  readonly onKept: (secret: string) => void;
}

export function createKeeper({ folder, onKept }: KeeperOptions): Keeper {
  return {
    ready: async () => {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await access(folder, constants.W_OK);
      } catch (cause) {
        throw new OperationError(
          'CONFIGURATION_INVALID',
          `No secret can be kept in ${folder}: ${reason(cause)}.`,
          {
            next: 'Nothing was made. The owner must name a folder that this server may write, as TWILIO_MCP_KEYS_FOLDER.',
          },
        );
      }
    },
    keep: async (answer, field) => {
      const { [field]: secret, ...rest } = answer;
      const id = answer['sid'] ?? answer['api_key_id'];
      if (typeof secret !== 'string' || typeof id !== 'string' || !/^[\w-]{2,64}$/.test(id)) {
        throw new OperationError('ANSWER_UNREADABLE', 'The answer held no secret to keep.', {
          next: 'Look what was made, and remove it: what it opens cannot be known.',
        });
      }
      onKept(secret);
      const path = join(folder, `${id}.env`);
      try {
        // 'wx': a file that is there already is never written over, nor a link followed.
        await writeFile(path, settingsOf(id, field, secret), { flag: 'wx', mode: 0o600 });
      } catch (cause) {
        throw new OperationError(
          'INTERNAL',
          `${id} was made, but its secret could not be kept: ${reason(cause)}.`,
          {
            next: `Delete ${id}: its secret is lost. Then mend the folder and make another.`,
          },
        );
      }
      return { ...rest, secret_file: path };
    },
  };
}

/** As `.env` files and this server's own settings have it. */
function settingsOf(id: string, field: string, secret: string): string {
  if (field === 'api_key') return `SENDGRID_API_KEY=${secret}\n`;
  return id.startsWith('OQ')
    ? `TWILIO_CLIENT_ID=${id}\nTWILIO_CLIENT_SECRET=${secret}\n`
    : `TWILIO_API_KEY=${id}\nTWILIO_API_SECRET=${secret}\n`;
}

function reason(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'it cannot be written';
}
