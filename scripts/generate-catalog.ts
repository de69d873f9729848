// Writes the facts of the full shelf from their pinned sources; with --check tells which are not current and fails.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DomainFacts } from '../src/catalog/full/facts.ts';
import { writeFacts } from './catalog/json.ts';
import { sources } from './catalog/sources.ts';

const folder = 'src/catalog/full/facts';
const check = process.argv.includes('--check');
mkdirSync(folder, { recursive: true });

const stale: string[] = [];
for (const { name, read } of sources) {
  const facts = read();
  if (typeof facts === 'string') {
    process.stdout.write(`left as they are: the facts from ${name} (${facts})\n`);
    continue;
  }
  for (const domain of facts) keep(join(folder, `${domain.domain}.json`), writeFacts(domain));
  const count = facts.reduce((sum, { operations }) => sum + operations.length, 0);
  process.stdout.write(`${name}: ${facts.length} domains, ${count} operations\n`);
}
keep('src/catalog/full/cards.json', writeFacts(cards()));
for (const file of stale) process.stdout.write(`${check ? 'not current' : 'written'}: ${file}\n`);
if (check && stale.length > 0) {
  process.stdout.write('Run `npm run generate:catalog` and commit what it writes.\n');
  process.exitCode = 1;
}

function keep(file: string, wanted: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === wanted) return;
  stale.push(file);
  if (!check) writeFileSync(file, wanted);
}

/** What a search needs of every operation, in one small file: name, method and path. */
function cards(): Record<string, (readonly [string, string, string])[]> {
  const files = readdirSync(folder).sort();
  return Object.fromEntries(
    files.map((file) => {
      const facts: DomainFacts = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      return [facts.domain, facts.operations.map(({ id, method, path }) => [id, method, path] as const)];
    }),
  );
}
