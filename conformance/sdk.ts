// The official packages (twilio, @sendgrid/mail, @segment/analytics-node) driving the local Twilio; what they do is in official.mjs.
import { EMULATED_SENDGRID_KEY } from '../src/emulator/products/email.ts';
import { emulatedSegment } from '../src/emulator/products/segment-realm.ts';
import { serveEmulator } from '../src/emulator/server.ts';
import { type Finding, type Judge, runJudge } from './judge.ts';

export const officialPackages: Judge = {
  name: 'twilio, @sendgrid/mail, @segment/analytics-node, on the local Twilio',
  async run() {
    const served = await serveEmulator({ now: () => Date.now(), clock: 'manual', port: 0 });
    const { accountSid, authToken } = served.emulator;
    const given = {
      base: served.url,
      accountSid,
      authToken,
      sendgridKey: EMULATED_SENDGRID_KEY,
      segmentKey: emulatedSegment.credentials.segmentWriteKey,
    };
    const { code, out } = await runJudge('node', ['official.mjs', JSON.stringify(given)]);
    await served.close();
    const lines = out.split('\n').filter((line) => line.startsWith('{'));
    const findings: Finding[] = lines.map((line) => JSON.parse(line));
    return code === 0
      ? findings
      : [...findings, { what: 'official.mjs', holds: false, told: out.slice(-500) }];
  },
};
