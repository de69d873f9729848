// The floors of the house, as DESIGN.md draws them: who may import whom, where foreign names live, how large a file may be.
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replaceAll('\\', '/'))
  .sort();

const source = new Map(files.map((file) => [file, readFileSync(join('src', file), 'utf8')]));

/** Room → floor. A room is a folder of src/, or a file that lies in src/ itself. */
const floors: Readonly<Record<string, number>> = {
  cli: 9,
  'index.ts': 9,
  'app.ts': 8,
  mcp: 7,
  'inbound.ts': 7,
  'recover.ts': 6,
  'chores.ts': 7,
  'watch.ts': 6,
  'perform.ts': 5,
  'permit.ts': 4,
  'once.ts': 4,
  'record.ts': 4,
  'facts.ts': 3,
  catalog: 2,
  guards: 2,
  client: 2,
  emulator: 2,
  webhooks: 2,
  'answer.ts': 2,
  'config.ts': 3,
  'env-file.ts': 2,
  'setting.ts': 1,
  'config-faults.ts': 2,
  'settings-files.ts': 2,
  'settings-http.ts': 2,
  'settings-webhooks.ts': 2,
  'settings-secrets.ts': 2,
  'settings-store.ts': 2,
  'profiles.ts': 2,
  secrets: 2,
  files: 2,
  'log.ts': 2,
  'package.ts': 2,
  'policy-file.ts': 3,
  operation: 1,
  twiml: 1,
  store: 2,
  'fingerprint.ts': 2,
  'said.ts': 3,
  'owner-key.ts': 2,
  'open-store.ts': 4,
  'local-twilio.ts': 4,
  'from-settings.ts': 5,
  'policy-seal.ts': 3,
  'prices-file.ts': 3,
  'redact.ts': 1,
  'redact-shapes.ts': 0,
  'signature.ts': 1,
  'skill.ts': 1,
  'database-url.ts': 1,
  'nearest.ts': 1,
};

/** Rooms of the second floor that may use nothing but these of the first. */
const narrow: Readonly<Record<string, readonly string[]>> = {
  catalog: ['operation', 'twiml'],
  emulator: ['signature.ts', 'twiml'],
  guards: ['operation', 'twiml'],
  secrets: ['operation'],
  files: ['operation'],
  operation: [],
  twiml: [],
  webhooks: ['operation', 'signature.ts', 'twiml'],
};

/** Package → the only rooms that may name it. */
const homes: Readonly<Record<string, readonly string[]>> = {
  undici: ['client'],
  '@modelcontextprotocol/server': ['mcp'],
  commander: ['cli'],
  'csv-parse': ['cli'],
  'csv-stringify': ['cli'],
  dotenv: ['env-file.ts'],
  pino: ['log.ts'],
  saxes: ['twiml'],
  kysely: ['store'],
  minisearch: ['mcp'],
  libsql: ['store'],
  yaml: ['policy-file.ts', 'profiles.ts'],
  pg: ['store'],
  'libphonenumber-js': ['guards', 'emulator'],
  'sms-segments-calculator': ['guards', 'emulator'],
  hono: ['mcp', 'webhooks'],
  '@hono/node-server': ['mcp', 'webhooks'],
  jose: ['mcp'],
  'prom-client': ['mcp'],
  '@opentelemetry/api': ['watch.ts'],
};

function roomOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file;
}

function importsOf(file: string): string[] {
  const text = source.get(file) ?? '';
  return [
    ...text.matchAll(/^(?:import|export)[^'"`;]*?from\s+'([^']+)'|^import\s+'([^']+)'|import\('([^']+)'\)/gm),
  ].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}

function localImports(file: string): string[] {
  return importsOf(file)
    .filter((from) => from.startsWith('.'))
    .map((from) => normalize(join(dirname(file), from)).replaceAll('\\', '/'));
}

describe('floors', () => {
  it.each(files)('%s imports lower floors or its own room only', (file) => {
    const room = roomOf(file);
    const floor = floors[room];
    expect(floor, `${room} has no floor: add it to the table, or move the file`).toBeDefined();
    for (const target of localImports(file)) {
      expect(source.has(target), `${file} imports ${target}, which is not there`).toBe(true);
      const other = roomOf(target);
      if (other === room) continue;
      expect(floors[other] ?? 99, `${file} → ${target} goes up or sideways`).toBeLessThan(floor ?? 0);
      const only = narrow[room];
      if (only !== undefined) expect(only, `${room} may not know ${other}`).toContain(other);
    }
  });

  it('has no circle', () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      expect(path, `circle: ${[...path, file].join(' → ')}`).not.toContain(file);
      if (done.has(file)) return;
      for (const next of localImports(file)) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(done.size).toBe(files.length);
  });
});

describe('foreign names', () => {
  it.each(files)('%s names packages only where they live', (file) => {
    for (const from of importsOf(file)) {
      if (from.startsWith('.') || from.startsWith('node:')) continue;
      expect(builtinModules, `write node:${from}`).not.toContain(from);
      const home = Object.entries(homes).find(([name]) => from === name || from.startsWith(`${name}/`));
      if (home !== undefined)
        expect(home[1], `${from} lives in ${home[1].join(', ')}`).toContain(roomOf(file));
    }
  });

  it.each(files)('%s takes environment, clock, chance and output from where they live', (file) => {
    const text = (source.get(file) ?? '').replace(/\/\/.*$|\/\*[\s\S]*?\*\//gm, '');
    const room = roomOf(file);
    if (file !== 'config.ts') expect(text).not.toMatch(/process\.env/);
    if (room !== 'cli' && file !== 'mcp/stdio.ts') expect(text).not.toMatch(/process\.stdout|console\./);
    if (room !== 'cli' && file !== 'app.ts') {
      expect(text).not.toMatch(/Date\.now\(|new Date\(\)|Math\.random\(|randomUUID\(|randomBytes\(/);
    }
  });
});

describe('form', () => {
  it.each(files)('%s has a head comment and at most 400 lines', (file) => {
    const lines = (source.get(file) ?? '').split('\n');
    expect(lines.length, 'split it by its own noun').toBeLessThanOrEqual(400);
    const first = lines[0]?.startsWith('#!') ? lines[1] : lines[0];
    expect(first, 'say in the first line what lives here').toMatch(/^(\/\/|\/\*\*)/);
  });

  it.each(files)('%s has no cast, no any, no non-null mark, no unfinished work', (file) => {
    const text = (source.get(file) ?? '').replace(
      /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\/.*$|\/\*[\s\S]*?\*\//gm,
      '""',
    );
    const casts = [...text.matchAll(/\bas\s+(?!const\b)[A-Z{([a-z]\w*/g)].filter(
      ({ index }) =>
        !/^\s*(?:import|export)\b|\*\s*$|[{,]\s*(?:type\s+)?\w+\s*$/.test(
          text.slice(text.lastIndexOf('\n', index) + 1, index),
        ),
    );
    expect(casts.map(([cast]) => cast)).toEqual([]);
    expect(text).not.toMatch(/:\s*any\b|<any>/);
    expect(source.get(file)).not.toMatch(/\b(?:TODO|FIXME|XXX)\b/);
  });
});
