// Every request the reference pages show is run against the local Twilio, in the order of the page: a reader can trust them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMULATED_SENDGRID_KEY } from '../src/emulator/products/email.ts';
import { emulatedSegment } from '../src/emulator/products/segment-realm.ts';
import { serveEmulator } from '../src/emulator/server.ts';
import { readCurl } from './support/curl.ts';

const pages = readdirSync('references').filter((name) => name.startsWith('twilio-'));

/** The runnable blocks; `# → NAME` in one says that its answer's sid is used below as $NAME. */
function blocksOf(page: string): { readonly command: string; readonly names?: string }[] {
  const text = readFileSync(join('references', page), 'utf8');
  return [...text.matchAll(/^```bash\n([\s\S]*?)^```/gm)].map(([, block = '']) => {
    const names = /^# → ([A-Z_]+)$/m.exec(block)?.[1];
    const command = block.replace(/^#.*\n/gm, '').trim();
    return { command, ...(names !== undefined && { names }) };
  });
}

describe.each(pages)('%s', (page) => {
  it('shows requests that work', async () => {
    const blocks = blocksOf(page);
    expect(blocks.length, 'a page shows at least one request').toBeGreaterThan(0);
    const key = { sid: `SK${'0'.repeat(32)}`, secret: 'a-secret-of-this-test' };
    const { url, emulator, close } = await serveEmulator({
      now: Date.now,
      clock: 'manual',
      port: 0,
      apiKeys: [key],
    });
    const variables: Record<string, string> = {
      TWILIO_ACCOUNT_SID: emulator.accountSid,
      TWILIO_AUTH_TOKEN: emulator.authToken,
      TWILIO_API_KEY: key.sid,
      TWILIO_API_SECRET: key.secret,
      SEGMENT_WRITE_KEY: emulatedSegment.credentials.segmentWriteKey,
      SEGMENT_PROFILE_API_TOKEN: emulatedSegment.credentials.segmentProfileToken,
      SEGMENT_PUBLIC_API_TOKEN: emulatedSegment.credentials.segmentPublicToken,
      SEGMENT_SPACE_ID: emulatedSegment.spaceId,
      SENDGRID_API_KEY: EMULATED_SENDGRID_KEY,
    };
    try {
      for (const { command, names } of blocks) {
        const request = readCurl(command, variables);
        const response = await fetch(request.url.replace(/^https:\//, url), request);
        const text = await response.text();
        expect(response.status, `${command}\n→ ${text}`).toBeLessThan(300);
        const answer: { sid?: string; id?: string } = text === '' ? {} : Object(JSON.parse(text));
        if (names !== undefined) variables[names] = answer.sid ?? answer.id ?? '';
        await emulator.world.clock.advance(5);
      }
    } finally {
      await close();
    }
  });
});
