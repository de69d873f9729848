// (a) From the spawn of a process to the answer of tools/list, beside a server that only says hello, and beside ourselves with
// the full shelf taken away.
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bench, type Figure, inTurns, median, round, type Way, way } from './figure.ts';
import { main, settingsFor } from './ours.ts';
import { peers } from './peer.ts';
import { type Row, startServer } from './stdio.ts';

const hello = fileURLToPath(new URL('servers/hello-world.mjs', import.meta.url));
const nowhere = 'http://127.0.0.1:9';
const allowed = 150;

export const start: Bench = {
  name: 'start',
  async measure({ times }) {
    const live = way(() => listedBy([main, 'serve'], settingsFor(nowhere)));
    const rehearsal = way(() =>
      listedBy([main, 'serve'], { ...settingsFor(nowhere), TWILIO_MCP_MODE: 'emulator' }),
    );
    const everything = way(() => listedBy([main, 'serve', '--toolsets', 'all'], settingsFor(nowhere)));
    const plain = way(() => listedBy([hello]));
    const lean = withoutShelf();
    const shelfless = way(() => listedBy([join(lean, 'dist/cli/main.js'), 'serve'], settingsFor(nowhere)));
    const others = peers.map(({ name, args }) => ({ name, way: way(() => listedBy(args)) }));
    await inTurns([live, rehearsal, everything, plain, shelfless], { rounds: times(15), warm: 1 });
    await inTurns(
      others.map((each) => each.way),
      { rounds: times(5), warm: 1 },
    );
    rmSync(lean, { recursive: true });
    const least = median(plain.taken);
    const figure = (what: string, { taken }: Way): Figure => ({
      letter: 'a',
      what: `start to tools/list, ${what}`,
      value: round(median(taken) - least, 0),
      unit: 'ms over hello-world',
      beside: `${round(median(taken), 0)} against ${round(least, 0)} ms`,
    });
    const ours = figure('live', live);
    return [
      { ...ours, target: `≤ ${allowed}`, met: ours.value <= allowed },
      figure('local Twilio', rehearsal),
      figure('every tool listed', everything),
      figure('live, with the full shelf taken away', shelfless),
      ...others.map(({ name, way }) => figure(name, way)),
    ];
  },
};

async function listedBy(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Row> {
  const server = await startServer(args, env);
  const answer = await server.ask('tools/list', {});
  await server.end();
  return answer;
}

/** The package as it is shipped, less the facts and cards of the full shelf. */
function withoutShelf(): string {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'twilio-mcp-lean-'));
  for (const name of ['node_modules', 'package.json', 'references', 'SKILL.md'])
    symlinkSync(join(root, name), join(folder, name));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const name of ['facts', 'cards.json']) rmSync(join(folder, 'dist', name), { recursive: true });
  return folder;
}
