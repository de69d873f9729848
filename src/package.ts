// Where this package lies and which version it is: the same from src/ and from dist/.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRow } from './operation/row.ts';

/** The folder of package.json: references/ and SKILL.md stand beside it. */
export const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)));

export function versionOfPackage(): string {
  const manifest: unknown = JSON.parse(readFileSync(`${packageRoot}/package.json`, 'utf8'));
  return isRow(manifest) && typeof manifest['version'] === 'string' ? manifest['version'] : '0.0.0';
}
