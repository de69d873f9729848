// Each "must" about an operation, a page or a committed text, held over all of them.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { encode as tokens } from 'gpt-tokenizer';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findOperation, operations } from '../src/catalog/index.ts';
import { hostNames } from '../src/client/hosts.ts';
import { settingRows } from '../src/config.ts';
import { emulatedRoutes } from '../src/emulator/products.ts';
import { discoveryTools } from '../src/mcp/discovery-tools.ts';
import { instructionsFor } from '../src/mcp/instructions.ts';
import { chooseSurface, featured } from '../src/mcp/surface.ts';
import { toolOf } from '../src/mcp/tools.ts';
import type { Operation } from '../src/operation/define.ts';
import { effects } from '../src/operation/effect.ts';
import { errorCodes } from '../src/operation/errors.ts';

const verbs = [
  'send',
  'place',
  'create',
  'get',
  'list',
  'update',
  'delete',
  'start',
  'check',
  'cancel',
  'set',
  'add',
  'remove',
  'search',
  'explain',
  'wait',
  'publish',
  'build',
  'validate',
  'close',
  'stop',
  'find',
  'submit',
  'redact',
  'lookup',
  'whoami',
  'phone',
  'identify',
  'track',
  'group',
  'page',
  'screen',
  'alias',
  'batch',
];

const scenarios = readdirSync('test/products')
  .map((name) => readFileSync(join('test/products', name), 'utf8'))
  .join('\n');

describe.each(operations.map((operation) => [operation.name, operation] as const))(
  '%s',
  (name, operation) => {
    const tool = toolOf(operation, 'live');
    const input: unknown = z.toJSONSchema(operation.input, { io: 'input' });
    const output: unknown = z.toJSONSchema(operation.output, { io: 'output' });

    it('has a lawful name', () => {
      expect(name).toMatch(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/);
      expect(`mcp__twilio__${name}`.length).toBeLessThanOrEqual(64);
      expect(verbs).toContain(name.split('_')[1]);
    });

    it('is told in few words', () => {
      expect(operation.title.length).toBeLessThanOrEqual(60);
      expect(operation.about.length).toBeGreaterThan(20);
      expect(operation.about.length).toBeLessThanOrEqual(400);
      expect(effects).toContain(operation.effect);
    });

    it('describes every field with an example that fits it', () => {
      for (const schema of [operation.input, operation.output]) {
        for (const [field, type] of Object.entries(schema.shape)) {
          const json = z.toJSONSchema(type, { io: 'input' });
          expect(json.description, `${field} has no description`).toBeTruthy();
          const telling = json.examples ?? json.enum ?? (json.type === 'boolean' ? [true] : undefined);
          expect(telling, `${field} has no example`).toBeDefined();
          for (const example of json.examples ?? [])
            expect(type.safeParse(example).success, `${field}: ${String(example)}`).toBe(true);
        }
      }
    });

    it('has schemas that the strictest hosts accept', () => {
      expect(tool.inputSchema.type).toBe('object');
      expect(tool.outputSchema?.['type']).toBe('object');
      for (const schema of [tool.inputSchema, tool.outputSchema]) {
        expect(Object.keys(schema ?? {})).not.toEqual(
          expect.arrayContaining(['anyOf', 'oneOf', 'allOf', '$ref']),
        );
        expect(JSON.stringify(schema)).not.toContain('"$ref"');
      }
      for (const schema of [input, output]) {
        for (const key of propertyNames(schema)) expect(key).toMatch(/^[a-zA-Z0-9_.-]{1,64}$/);
      }
      expect(operation.input.safeParse({ surely_unknown: 1 }).success, 'unknown keys are refused').toBe(
        false,
      );
    });

    it('says what a guard must know', () => {
      expect(operation.request !== undefined || operation.run !== undefined).toBe(true);
      if (operation.effect === 'send') expect(operation.reaches, 'whom does it reach?').toBeDefined();
      if (operation.effect === 'send' || operation.effect === 'spend')
        expect(operation.costs, 'what does it use up?').toBeDefined();
      if (operation.request?.method === 'GET') expect(operation.effect).toBe('read');
      if (operation.request?.method === 'DELETE') expect(['delete', 'admin']).toContain(operation.effect);
      if (operation.effect === 'read' && operation.request) expect(operation.request.method).toBe('GET');
    });

    it('has every path field in its input', () => {
      const fields = [...(operation.request?.path.matchAll(/\{(\w+)\}/g) ?? [])].map(
        ([, field]) => field ?? '',
      );
      for (const field of fields.filter((each) => each !== 'account'))
        expect(Object.keys(operation.input.shape)).toContain(field);
    });

    it('is answered by the emulator', () => {
      if (operation.request === undefined) return expect(operation.run).toBeDefined();
      const { method, host, path } = operation.request;
      const plain = (route: string) => route.replace(/\{\w+\}/g, '{}');
      const routes = emulatedRoutes().map((route) => `${route.method} ${route.host}${plain(route.path)}`);
      for (const each of spelledOut(path, operation))
        expect(routes).toContain(`${method} ${hostNames[host]}${plain(each)}`);
      return undefined;
    });

    it('has a scenario', () => {
      expect(scenarios).toMatch(new RegExp(`['"\`]${name}['"\`]`));
    });

    it('has a reference page', () => {
      if (operation.page === undefined) return;
      const page = readFileSync(`references/${operation.page}.md`, 'utf8');
      for (const section of ['## Checklist', '## Errors'])
        expect(page, 'errors and refusals link to it').toContain(`\n${section}\n`);
    });
  },
);

/** A path field of few known values stands for one path a value. */
function spelledOut(path: string, operation: Operation): string[] {
  const fields = [...path.matchAll(/\{(\w+)\}/g)].map(([, field]) => field ?? '');
  return fields.reduce<string[]>(
    (paths, field) => {
      const given: unknown = operation.input.shape[field];
      const type = given instanceof z.ZodDefault ? given.unwrap() : given;
      if (!(type instanceof z.ZodEnum)) return paths;
      return type.options.flatMap((option) =>
        paths.map((each) => each.replace(`{${field}}`, String(option))),
      );
    },
    [path],
  );
}

function propertyNames(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(propertyNames);
  if (typeof schema !== 'object' || schema === null) return [];
  const own =
    'properties' in schema && typeof schema.properties === 'object' && schema.properties !== null
      ? Object.keys(schema.properties)
      : [];
  return [...own, ...Object.values(schema).flatMap(propertyNames)];
}

describe('the catalog', () => {
  it('has no name twice', () => {
    expect(new Set(operations.map((each) => each.name)).size).toBe(operations.length);
  });

  it('keeps the names that were settled', () => {
    const settled = [
      'messaging_send_message',
      'messaging_get_message',
      'messaging_list_messages',
      'messaging_delete_message',
      'voice_place_call',
      'voice_get_call',
      'voice_list_calls',
      'voice_update_call',
      'verify_start_verification',
      'verify_check_verification',
      'lookup_phone_number',
      'account_explain_error',
    ];
    for (const name of settled) expect(findOperation(name), name).toBeDefined();
  });

  it('lists by default at most 30 tools in at most 6,000 tokens, each description under 2 KB', async () => {
    const surface = await chooseSurface({ toolsets: ['default'], tools: [], readOnly: false });
    const discovery = discoveryTools.filter(({ name }) => surface.discovery.includes(name));
    const tools = [...surface.listed.map((operation) => toolOf(operation, 'live')), ...discovery];
    expect(tools.length).toBeGreaterThanOrEqual(12);
    expect(tokens(JSON.stringify(discovery)).length, 'discovery alone').toBeLessThanOrEqual(1000);
    expect(tools.length).toBeLessThanOrEqual(30);
    for (const tool of tools) expect(Buffer.byteLength(tool.description ?? '')).toBeLessThan(2048);
    expect(tokens(JSON.stringify(tools)).length).toBeLessThanOrEqual(6000);
  });

  it('lists by default what is featured, in the order of the catalog', () => {
    expect(featured).toEqual(operations.filter((operation) => featured.includes(operation)));
  });

  it('is introduced in under 2 KB', () => {
    for (const mode of ['live', 'emulator', 'dry-run'] as const)
      expect(Buffer.byteLength(instructionsFor(mode))).toBeLessThan(2048);
  });
});

describe('documents', () => {
  const pages = [
    ...readdirSync('references').map((name) => join('references', name)),
    'README.md',
    'SKILL.md',
    'AGENTS.md',
  ];

  it.each(pages)('%s links to what is there and names tools that exist', (page) => {
    const text = readFileSync(page, 'utf8');
    for (const [, target = ''] of text.matchAll(
      /\]\((?!https?:|mailto:|#|twilio:|skill:)([^)#\s]+)(?:#[^)]*)?\)/g,
    )) {
      expect(existsSync(join(dirname(page), target)), `${page} links to ${target}`).toBe(true);
    }
    for (const [, target = ''] of text.matchAll(/twilio:\/\/references\/([a-z0-9-]+)/g)) {
      expect(existsSync(`references/${target}.md`), `${page} names twilio://references/${target}`).toBe(true);
    }
    const products = [...new Set(operations.map((each) => each.name.split('_')[0]))].join('|');
    for (const [, name = ''] of text.matchAll(
      new RegExp(`\`((?:${products})_(?:${verbs.join('|')})_[a-z0-9_]+)\``, 'g'),
    )) {
      expect(findOperation(name), `${page} names ${name}`).toBeDefined();
    }
  });

  it('keep code, configuration page and README of settings alike', () => {
    const configuration = readFileSync('references/configuration.md', 'utf8');
    const readme = readFileSync('README.md', 'utf8');
    for (const { env } of settingRows()) {
      expect(configuration).toContain(`\`${env}\``);
      expect(readme).toContain(`\`${env}\``);
    }
    const known = new Set([...settingRows().map((row) => row.env), 'TWILIO_MCP_ENV_FILE', 'TWILIO_MCP_']);
    for (const [name] of readme.matchAll(/\bTWILIO_MCP_[A-Z_]*[A-Z]\b/g))
      expect(known.has(name), `README names ${name}`).toBe(true);
  });

  it('document every error code and none that is not', () => {
    const documented = [...readFileSync('references/errors.md', 'utf8').matchAll(/^\| `([A-Z_]+)`/gm)].map(
      ([, code]) => code,
    );
    expect(documented).toEqual(Object.keys(errorCodes));
  });
});

describe('committed text', () => {
  it('holds no secret-shaped string', () => {
    const tracked = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' })
      .split('\0')
      .filter((name) => name !== '' && existsSync(name));
    expect(tracked.length).toBeGreaterThan(20);
    const shapes = [
      /\bSG\.[\w-]{22}\.[\w-]{43}\b/,
      /\bSK(?!0{32}|1{32})[0-9a-f]{32}\b/i,
      /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
    ];
    for (const name of tracked.filter((each) => each !== 'package-lock.json')) {
      const text = readFileSync(name, 'utf8');
      for (const shape of shapes)
        expect(shape.exec(text)?.[0], `${name} holds what looks like a secret`).toBeUndefined();
    }
  });
});

describe('a test', () => {
  it('cannot reach another machine', () => {
    expect(() => connect({ host: '192.0.2.1', port: 443 })).toThrow(
      'Tests reach addresses on this machine only',
    );
  });
});
