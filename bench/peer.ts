// Servers for the same task by others; measured where `npm ci` was run in bench/peers/.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Peer {
  readonly name: string;
  readonly args: readonly string[];
}

const twilioAlpha = fileURLToPath(
  new URL('peers/node_modules/@twilio-alpha/mcp/build/index.js', import.meta.url),
);

export const peers: readonly Peer[] = [
  {
    name: '@twilio-alpha/mcp',
    args: [twilioAlpha, `AC${'0'.repeat(32)}/SK${'0'.repeat(32)}:${'0'.repeat(32)}`],
  },
].filter(({ args: [script = ''] }) => existsSync(script));
