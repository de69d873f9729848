// What the figures were measured on: without it they say nothing.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

export function machine() {
  const [cpu] = cpus();
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return {
    version: String(version),
    node: process.version,
    system: `${process.platform} ${process.arch}, kernel ${release()}`,
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    /** Of the minute before the run; above the number of cores others were at work too. */
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    date: new Date().toISOString(),
  };
}
