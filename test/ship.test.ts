// What people install, built as a release builds it: unpacked elsewhere, started, tools listed; and the words each kind of package says of itself.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { unpackExtension, validateManifest } from '@anthropic-ai/mcpb';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { memorySkillFiles, SkillsExtension } from '@modelcontextprotocol/server/ext/skills';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { emptyEnv, run, startHttp } from './support/process.ts';

const slow = 240_000;
const text = (path: string) => readFileSync(path, 'utf8');
const json = (path: string): Record<string, unknown> => JSON.parse(text(path));
const own = z.object({ version: z.string(), mcpName: z.string() }).parse(json('package.json'));
const folder = () => mkdtempSync(join(tmpdir(), 'twilio-mcp-ship-'));

let out: string;

beforeAll(() => {
  out = folder();
  execFileSync('npx', ['tsx', 'scripts/ship.ts', out]);
}, slow);

/** Lists the tools of a server started by the words that a host would use. */
async function toolsOf(command: string, args: readonly string[], env: Record<string, string> = {}) {
  const client = new Client({ name: 'installed', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const inherited = { PATH: process.env['PATH'] ?? '', TWILIO_MCP_ENV_FILE: emptyEnv };
  await client.connect(
    new StdioClientTransport({
      command,
      args: [...args],
      env: { ...inherited, ...env },
      stderr: 'ignore',
      cwd: tmpdir(),
    }),
  );
  const { tools } = await client.listTools();
  const whoami = await client.callTool({ name: 'account_whoami', arguments: {} });
  await client.close();
  return { names: tools.map((tool) => tool.name), whoami: whoami.structuredContent };
}

const simulated = { simulated: true, mode: 'emulator' };

describe('the npm package', () => {
  it('holds what runs and what is read, and starts from where npm puts it', { timeout: slow }, async () => {
    const place = join(folder(), 'node_modules', 'twilio-mcp');
    mkdirSync(place, { recursive: true });
    const tarball = join(out, `twilio-mcp-server-${own.version}.tgz`);
    execFileSync('tar', ['-xzf', tarball, '-C', place, '--strip-components=1']);
    const files = readdirSync(place).sort();
    expect(files).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SKILL.md',
      'dist',
      'package.json',
      'references',
    ]);
    // The packages it depends on, where an installer would put them.
    cpSync(join(out, 'desktop', 'server', 'node_modules'), join(place, '..'), { recursive: true });
    const main = join(place, 'dist', 'cli', 'main.js');
    expect(statSync(main).size).toBeGreaterThan(0);
    const { names, whoami } = await toolsOf(process.execPath, [main]);
    expect(names).toContain('messaging_send_message');
    expect(whoami).toMatchObject(simulated);
    const version = await run(['--version'], { PATH: process.env['PATH'] ?? '' }, main);
    expect(version.out.trim()).toBe(own.version);
  });
});

describe('the Claude Desktop bundle', () => {
  it('is valid to its own tool, and starts unpacked elsewhere with nothing filled in', {
    timeout: slow,
  }, async () => {
    const [bundle = ''] = readdirSync(out).filter((each) => each.endsWith('.mcpb'));
    const outputDir = folder();
    expect(await unpackExtension({ mcpbPath: join(out, bundle), outputDir, silent: true })).toBe(true);
    expect(validateManifest(join(outputDir, 'manifest.json'))).toBe(true);
    const manifest = z
      .object({
        version: z.string(),
        server: z.object({
          mcp_config: z.object({
            command: z.string(),
            args: z.array(z.string()),
            env: z.record(z.string(), z.string()),
          }),
        }),
        user_config: z.record(z.string(), z.object({ sensitive: z.boolean(), default: z.string() })),
      })
      .parse(json(join(outputDir, 'manifest.json')));
    expect(manifest.version).toBe(own.version);
    const { command, args, env } = manifest.server.mcp_config;
    const filled = Object.entries(env).map(([name, value]): [string, string] => {
      const key = /^\$\{user_config\.(\w+)\}$/.exec(value)?.[1] ?? '';
      const asked = manifest.user_config[key];
      expect(asked?.sensitive).toBe(/SECRET|TOKEN/.test(name));
      return [name, asked?.default ?? value];
    });
    const { names, whoami } = await toolsOf(
      command,
      args.map((each) => each.replaceAll(`\${__dirname}`, outputDir)),
      Object.fromEntries(filled),
    );
    expect(names).toContain('voice_place_call');
    expect(whoami).toMatchObject(simulated);
  });
});

describe('the Claude Code plugin', () => {
  it(
    'has its parts where Claude Code looks, a skill that strict loaders take, and a server that starts',
    async () => {
      const moved = join(folder(), 'plugin');
      cpSync(join(out, 'claude-plugin'), moved, { recursive: true });
      expect(json(join(moved, '.claude-plugin', 'plugin.json'))).toMatchObject({
        name: 'twilio',
        version: own.version,
      });
      const skill = { 'twilio/SKILL.md': text(join(moved, 'skills', 'twilio', 'SKILL.md')) };
      const loaded = await SkillsExtension.load(memorySkillFiles(skill), { strict: true });
      expect(loaded.entries).toHaveLength(1);
      const server = z.object({ command: z.string(), args: z.array(z.string()) });
      const { mcpServers } = z
        .object({ mcpServers: z.object({ twilio: server }) })
        .parse(json(join(moved, '.mcp.json')));
      const { command, args } = mcpServers.twilio;
      const { names } = await toolsOf(
        command,
        args.map((each) => each.replaceAll(`\${CLAUDE_PLUGIN_ROOT}`, moved)),
      );
      expect(names).toContain('verify_start_verification');
      for (const name of names) expect(`mcp__plugin_twilio_twilio__${name}`.length).toBeLessThanOrEqual(128);
    },
    slow,
  );
});

describe('the OpenClaw skill', () => {
  it('carries its metadata and every page it links to, within what OpenClaw takes', () => {
    const skill = join(out, 'openclaw', 'twilio');
    const files = readdirSync(skill, { recursive: true, encoding: 'utf8' }).filter((each) =>
      statSync(join(skill, each)).isFile(),
    );
    const sizes = files.map((each) => statSync(join(skill, each)).size);
    expect(files.length).toBeLessThanOrEqual(256);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1 << 20);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(8 << 20);
    const page = text(join(skill, 'SKILL.md'));
    expect(page).toMatch(/^metadata:\n {2}openclaw:\n/m);
    const links = [...page.matchAll(/\]\((references\/[^)#]+)/g)].map(([, target = '']) => target);
    expect(links.length).toBeGreaterThanOrEqual(14);
    for (const target of links) expect(existsSync(join(skill, target)), target).toBe(true);
  });
});

describe('server.json', () => {
  it('is what the MCP registry takes', () => {
    const variable = z.strictObject({
      name: z.string().regex(/^[A-Z][A-Z0-9_]*$/),
      description: z.string().min(1),
      isRequired: z.boolean(),
      isSecret: z.boolean(),
      default: z.string().optional(),
    });
    const entry = z.strictObject({
      $schema: z.literal('https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json'),
      name: z
        .string()
        .min(3)
        .max(200)
        .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
      title: z.string().min(1).max(100),
      description: z.string().min(1).max(100),
      version: z.string().regex(/^\d+\.\d+\.\d+/),
      packages: z
        .array(
          z.strictObject({
            registryType: z.literal('npm'),
            identifier: z.literal('@twilio-mcp/server'),
            version: z.literal(own.version),
            runtimeHint: z.literal('npx'),
            transport: z.strictObject({ type: z.literal('stdio') }),
            environmentVariables: z.array(variable),
          }),
        )
        .length(1),
    });
    const parsed = entry.parse(json('server.json'));
    // The registry proves who owns the npm package by this.
    expect(parsed.name).toBe(own.mcpName);
    expect(parsed.version).toBe(own.version);
    const [{ environmentVariables = [] } = {}] = parsed.packages;
    for (const { name, isSecret, default: value } of environmentVariables)
      if (isSecret) expect(value, `${name} is a secret`).toBeUndefined();
  });
});

describe('the Dockerfile', () => {
  const lines = text('Dockerfile')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const second = lines.findLastIndex((line) => line.startsWith('FROM '));
  const [build, final] = [lines.slice(0, second), lines.slice(second)];
  const copies = (stage: readonly string[]) =>
    stage.flatMap((line) => {
      const words = line.split(/\s+/).filter((word) => !word.startsWith('--'));
      return words[0] === 'COPY' && !line.includes('--from=') ? words.slice(1, -1) : [];
    });

  it('runs as nobody in particular, from a named slim image, with no secret and no package manager cache in it', () => {
    for (const stage of [build, final]) expect(stage[0]).toMatch(/^FROM node:\d+-slim( AS build)?$/);
    const user = final.indexOf('USER node');
    expect(user).toBeGreaterThan(0);
    expect(final.slice(user).some((line) => /^(?:RUN|COPY|ADD) /.test(line))).toBe(false);
    expect(lines.some((line) => line.startsWith('ADD '))).toBe(false);
    expect(lines.join('\n')).not.toMatch(/(?:TOKEN|SECRET|KEY)=/);
    for (const line of final.filter((each) => /^(?:ENTRYPOINT|CMD) /.test(each)))
      expect(JSON.parse(line.slice(line.indexOf('[')))).toEqual(expect.any(Array));
    for (const part of [...copies(build), ...copies(final)])
      expect(text('.dockerignore').split('\n'), `${part} is shut out`).toContain(
        `!${part.replace(/^\.\//, '')}`,
      );
  });

  it('copies all that its steps need: built and started in a clean folder', { timeout: slow }, async () => {
    const place = folder();
    for (const part of copies(build)) cpSync(part, join(place, part), { recursive: true });
    // Of the packages an installed set stands in for `npm ci`, which is tested by every CI run.
    symlinkSync(resolve('node_modules'), join(place, 'node_modules'));
    const steps = build.filter((line) => line.startsWith('RUN ')).map((line) => line.slice(4));
    expect(steps[0]).toBe('npm ci --ignore-scripts');
    expect(steps.at(-1)).toBe('npm prune --omit=dev --ignore-scripts');
    for (const step of steps.slice(1, -1)) execFileSync('sh', ['-c', step], { cwd: place });
    const image = folder();
    const kept = ['dist', ...copies(final)];
    for (const part of kept)
      cpSync(existsSync(join(place, part)) ? join(place, part) : part, join(image, part), {
        recursive: true,
      });
    cpSync(join(out, 'desktop', 'server', 'node_modules'), join(image, 'node_modules'), { recursive: true });
    const env = { PATH: process.env['PATH'] ?? '', TWILIO_MCP_ENV_FILE: emptyEnv, XDG_STATE_HOME: folder() };
    const main = join(image, 'dist', 'cli', 'main.js');
    await expect(startHttp({ ...env, TWILIO_MCP_HTTP_HOST: '0.0.0.0' }, main)).rejects.toThrow(
      /open to everyone/,
    );
    const server = await startHttp(env, main);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await server.end()).toBe(0);
  });
});
