// No test reads or writes what the tester's own server remembers: the state folder is one of this run's.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

process.env['XDG_STATE_HOME'] = mkdtempSync(join(tmpdir(), 'twilio-mcp-state-'));
