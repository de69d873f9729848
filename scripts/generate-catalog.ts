// Writes the facts of the full shelf from their pinned sources; with --check tells which are not current and fails.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  for (const domain of facts) {
    const file = join(folder, `${domain.domain}.json`);
    const wanted = writeFacts(domain);
    if (existsSync(file) && readFileSync(file, 'utf8') === wanted) continue;
    stale.push(file);
    if (!check) writeFileSync(file, wanted);
  }
  const count = facts.reduce((sum, { operations }) => sum + operations.length, 0);
  process.stdout.write(`${name}: ${facts.length} domains, ${count} operations\n`);
}
for (const file of stale) process.stdout.write(`${check ? 'not current' : 'written'}: ${file}\n`);
if (check && stale.length > 0) {
  process.stdout.write('Run `npm run generate:catalog` and commit what it writes.\n');
  process.exitCode = 1;
}
