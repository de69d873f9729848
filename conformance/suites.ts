// Suites of ours whose judge is somebody else's: the descriptions' own examples and schemas, and the official signature packages.
// `npm test` runs them too; here the descriptions are always there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { descriptions } from './description.ts';
import type { Finding, Judge } from './judge.ts';

const files: Readonly<Record<string, string>> = {
  'test/catalog/full/examples.test.ts':
    "the descriptions' own request examples, accepted and encoded as they stand",
  'test/catalog/full/requests.test.ts': 'a request of every operation, held against its description by ajv',
  'test/signature.test.ts': 'signatures, against the official twilio package, both ways',
  'test/webhooks': 'webhooks, signed by the official twilio and @sendgrid/eventwebhook packages',
};

export const suites: Judge = {
  name: 'suites whose judge is a description or an official package',
  async run() {
    const findings: Finding[] = [];
    for (const [file, what] of Object.entries(files)) findings.push(await judged(file, what));
    return findings;
  },
};

async function judged(file: string, what: string): Promise<Finding> {
  const child = spawn('npx', ['vitest', 'run', file], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, TWILIO_OPENAPI_DIR: descriptions, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  const hear = (chunk: Buffer): void => {
    out += chunk.toString();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const [code] = await once(child, 'close');
  const told = /Tests .*/.exec(out)?.[0] ?? out.slice(-300);
  return { what, holds: code === 0 && /\d+ passed/.test(told), told };
}
