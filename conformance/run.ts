// `npm run conformance [names…]`: judges that others wrote, on what is built here. Exits with 1 when one of them finds a fault.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { here, type Judge } from './judge.ts';
import { conformanceSuite, inspector } from './mcp.ts';
import { prism } from './prism.ts';
import { leftOut } from './scenarios.ts';
import { officialPackages } from './sdk.ts';
import { suites } from './suites.ts';
import { wire } from './wire.ts';

const judges: Readonly<Record<string, Judge>> = {
  mcp: conformanceSuite,
  inspector,
  sdk: officialPackages,
  wire,
  suites,
  prism,
};

const names = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (!existsSync(join(here, 'node_modules'))) {
  say('The judges are not installed: run `npm ci --prefix conformance` once.');
  process.exit(1);
}
for (const [name, judge] of Object.entries(judges)) {
  if (names.length > 0 && !names.includes(name)) continue;
  say(`\n${judge.name}`);
  const findings = await judge.run();
  for (const { what, holds, told } of findings)
    say(`  ${holds ? 'holds' : 'FAILS'}  ${what}${told ? `  (${told})` : ''}`);
  const faults = findings.filter(({ holds }) => !holds).length;
  say(`  ${findings.length - faults} of ${findings.length} hold`);
  if (faults > 0 || findings.length === 0) process.exitCode = 1;
  if (name === 'mcp')
    for (const [scenario, why] of Object.entries(leftOut)) say(`  left out: ${scenario}: ${why}`);
}
