// `npm run bench [-- --quick] [names…]`: measures what references/decisions.md claims, prints a table, writes bench/results.json.
import { writeFileSync } from 'node:fs';
import type { Bench, Effort, Figure } from './figure.ts';
import { guarded } from './guarded.ts';
import { intake } from './intake.ts';
import { listing } from './listing.ts';
import { machine } from './machine.ts';
import { memory } from './memory.ts';
import { reading } from './reading.ts';
import { search } from './search.ts';
import { start } from './start.ts';

const benches: readonly Bench[] = [start, listing, reading, memory, intake, guarded, search];

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const names = args.filter((arg) => !arg.startsWith('--'));
const effort: Effort = {
  quick,
  times: (whole) => (quick ? Math.max(2, Math.ceil(whole / 20)) : whole),
};

const facts = machine();
say(`${facts.cpu}, ${facts.cores} cores, ${facts.memory_gb} GB, ${facts.system}, Node ${facts.node}`);
say(
  `load before: ${facts.load}${facts.load > facts.cores / 2 ? ' (others are at work: trust ratios only)' : ''}`,
);
const figures: Figure[] = [];
for (const bench of benches.filter(({ name }) => names.length === 0 || names.includes(name))) {
  say(`\n${bench.name}`);
  const measured = await bench.measure(effort);
  for (const figure of measured) say(row(figure));
  figures.push(...measured);
}
const missed = figures.filter(({ met }) => met === false);
say(
  missed.length === 0 ? '\nEvery target is met.' : `\nMissed: ${missed.map(({ what }) => what).join('; ')}.`,
);
if (!quick && names.length === 0) {
  const results = { machine: facts, figures };
  writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, undefined, 2)}\n`);
}

function row({ letter, what, value, unit, beside, target, met }: Figure): string {
  const verdict = target === undefined ? '' : `  target ${target}: ${met ? 'met' : 'MISSED'}`;
  return `  (${letter}) ${what.padEnd(46)} ${String(value).padStart(9)} ${unit.padEnd(20)} ${beside ?? ''}${verdict}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
