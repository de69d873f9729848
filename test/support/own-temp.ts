// One temporary folder for the whole run, removed when it ends: what tests leave behind is not the tester's to sweep.
// Which folders a test makes inside it is the test's own business.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-test-'));

export function setup(): void {
  // A database that refuses to run as root is run as another user, who must be able to pass through.
  chmodSync(folder, 0o711);
  process.env['TMPDIR'] = folder;
}

export function teardown(): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
