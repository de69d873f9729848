// Where the facts come from, each at a pinned version: an npm package, and folders that need not be there.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { DomainFacts } from '../../src/catalog/full/facts.ts';
import { type Json, object } from './json.ts';
import { domainFacts } from './openapi.ts';
import { segmentFacts } from './segment.ts';
import { documented } from './segment-documents.ts';

export interface Source {
  readonly name: string;
  /** The facts, or why they cannot be had here. */
  readonly read: () => readonly DomainFacts[] | string;
}

const twilioPackage = {
  name: '@twilio/cli-core',
  version: '9.0.0',
  integrity:
    'sha512-FPHm5gXAUwM2oATmQi3AGYPFz4Urg5G5/vDkpUu5WqNuwueQaS93HwXjdX1OM+miuq0LMimdfbXDTLEp4Nsjfg==',
};

/** Left in the package from earlier years: products that are gone, and a second copy of one that is not. */
const stale = [
  'twilio_autopilot_v1.json',
  'twilio_content_sdk.json',
  'twilio_fax_v1.json',
  'twilio_flex-api_v1.json',
  'twilio_iam_v2.json',
  'twilio_media_v1.json',
  'twilio_microvisor_v1.json',
  'twilio_voice_oneconsole.json',
];

const sendgridSource = 'twilio/sendgrid-oai 1.0.0-rc.12';

export const sources: readonly Source[] = [
  { name: `${twilioPackage.name} ${twilioPackage.version}`, read: readTwilio },
  { name: sendgridSource, read: readSendGrid },
  { name: 'segmentio/public-api-sdk-typescript', read: readSegment },
  { name: "Segment's documents", read: () => documented },
];

/** Twilio's descriptions from the npm registry, in a temporary folder that is gone afterwards. */
function readTwilio(): readonly DomainFacts[] | string {
  const { name, version } = twilioPackage;
  return withTwilioFolder((folder) =>
    read(folder, stale, (file) => file.replace(/^twilio_/, ''), `${name} ${version}`),
  );
}

/** Unpacks the pinned package, and takes it only if it is the one that was pinned. */
export function withTwilioFolder<T>(use: (folder: string) => T): T | string {
  const { name, version, integrity } = twilioPackage;
  const folder = mkdtempSync(join(tmpdir(), 'twilio-descriptions-'));
  try {
    execFileSync('npm', ['pack', `${name}@${version}`, '--silent', '--pack-destination', folder], {
      cwd: folder,
      stdio: 'pipe',
    });
    const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
    if (tarball === undefined) return 'npm pack gave no package';
    const hash = createHash('sha512')
      .update(readFileSync(join(folder, tarball)))
      .digest('base64');
    if (`sha512-${hash}` !== integrity)
      throw new Error(`${name} ${version} is not the package that was pinned`);
    execFileSync('tar', ['xzf', tarball], { cwd: folder });
    return use(join(folder, 'package/src/services/twilio-api'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readSendGrid(): readonly DomainFacts[] | string {
  const folder = folderOf('SENDGRID_OPENAPI_DIR', [
    '../shared/data/sendgrid-openapi',
    '../../shared/data/sendgrid-openapi',
  ]);
  if (folder === undefined) return 'set SENDGRID_OPENAPI_DIR to a folder of its tsg_*_v3.json';
  return read(folder, [], (file) => file.replace(/^tsg_/, 'sendgrid_').replaceAll('.', '_'), sendgridSource);
}

function readSegment(): readonly DomainFacts[] | string {
  const folder = folderOf('SEGMENT_SDK_DIR', []);
  return folder === undefined ? 'set SEGMENT_SDK_DIR to a copy of the repository' : [segmentFacts(folder)];
}

function folderOf(variable: string, usual: readonly string[]): string | undefined {
  return [process.env[variable], ...usual].find((each) => each !== undefined && existsSync(each));
}

function read(
  folder: string,
  left: readonly string[],
  nameOf: (file: string) => string,
  source: string,
): readonly DomainFacts[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json') && !left.includes(file))
    .sort()
    .flatMap((file) => {
      const root: Json = object(JSON.parse(readFileSync(join(folder, file), 'utf8')));
      return domainFacts(nameOf(basename(file, '.json')), root, source) ?? [];
    });
}
