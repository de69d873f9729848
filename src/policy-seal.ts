// The owner's signature on the policy file, in a file beside it: once there is an owner, rules count only as they accepted them.
import { readFileSync, writeFileSync } from 'node:fs';
import { OperationError } from './operation/errors.ts';
import { type OwnerCheck, type OwnerKey, policyText } from './owner-key.ts';

/** Throws CONFIGURATION_INVALID where the file was changed since. A file that cannot be read is told of by policy-file.ts. */
export async function requireAccepted(file: string | undefined, owner: OwnerCheck): Promise<void> {
  const text = file && read(file);
  if (file === undefined || text === undefined) return;
  if (!(await owner.refuses(text, read(sealOf(file))?.trim()))) return;
  throw new OperationError(
    'CONFIGURATION_INVALID',
    `The policy file ${file} is not as its owner accepted it.`,
    { next: 'The owner reads it and runs `twilio-mcp policy accept`, which asks for their passphrase.' },
  );
}

/** Signs the file as it is now. */
export function sealPolicy(file: string, text: string, key: OwnerKey): void {
  writeFileSync(sealOf(file), `${key.sign(policyText(text))}\n`);
}

function sealOf(file: string): string {
  return `${file}.sig`;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
