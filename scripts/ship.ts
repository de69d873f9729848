// Builds what people install, into build/ or the folder given: npm package, Claude Desktop bundle, Claude Code plugin, OpenClaw skill.
// What each says of itself is ship/manifests.ts; server.json and the Dockerfile stand in the root.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { packExtension } from '@anthropic-ai/mcpb';
import { featured } from '../src/mcp/surface.ts';
import { portableSkill } from '../src/skill.ts';
import { desktopManifest, name, pluginManifest, pluginServers, version } from './ship/manifests.ts';

const out = resolve(process.argv[2] ?? 'build');
if (!existsSync('dist/cli/main.js')) throw new Error('dist/ is not there: run `npm run build` first');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

npmPackage();
await desktopBundle();
claudePlugin();
openclawSkill();
for (const made of readdirSync(out)) process.stdout.write(`${join(relative('.', out), made)}\n`);

function npmPackage(): void {
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', out]);
}

async function desktopBundle(): Promise<void> {
  const folder = join(out, 'desktop');
  const platform = platformHere();
  application(join(folder, 'server'));
  writeJson(join(folder, 'manifest.json'), desktopManifest(platform, listedTools()));
  cpSync('LICENSE', join(folder, 'LICENSE'));
  const outputPath = join(out, `${name}-${version}-${platform}-${process.arch}.mcpb`);
  const packed = await packExtension({ extensionPath: folder, outputPath, silent: true });
  if (!packed) throw new Error('the bundle could not be packed');
}

function claudePlugin(): void {
  const folder = join(out, 'claude-plugin');
  application(join(folder, 'server'));
  writeJson(join(folder, '.claude-plugin', 'plugin.json'), pluginManifest());
  writeJson(join(folder, '.mcp.json'), pluginServers());
  skill(join(folder, 'skills', 'twilio'), portableSkill(readFileSync('SKILL.md', 'utf8')));
}

/** OpenClaw reads the nested metadata that portable loaders refuse. */
function openclawSkill(): void {
  skill(join(out, 'openclaw', 'twilio'), readFileSync('SKILL.md', 'utf8'));
}

function skill(folder: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'SKILL.md'), text);
  cpSync('references', join(folder, 'references'), { recursive: true });
}

/** The server with everything it needs to run, and nothing it does not. */
function application(folder: string): void {
  for (const part of ['dist', 'references', 'SKILL.md', 'LICENSE', 'package.json'])
    cpSync(part, join(folder, part), { recursive: true, filter: (path) => !/\.(?:map|d\.ts)$/.test(path) });
  for (const path of packagesAtRunTime())
    cpSync(path, join(folder, relative('.', path)), { recursive: true, dereference: true });
}

/** The folders of the packages that are installed without --omit=dev; those inside them come along. */
function packagesAtRunTime(): string[] {
  const listed = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable', '--silent'], {
    encoding: 'utf8',
  });
  const [, ...paths] = listed.trim().split('\n');
  return paths;
}

function listedTools() {
  return featured.map((operation) => ({ name: operation.name, description: operation.title }));
}

function platformHere(): 'darwin' | 'win32' | 'linux' {
  const { platform } = process;
  if (platform === 'darwin' || platform === 'win32' || platform === 'linux') return platform;
  throw new Error(`Claude Desktop does not run on ${platform}`);
}

function writeJson(path: string, value: object): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
