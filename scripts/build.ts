// Builds dist/: code by esbuild in a few files, since opening hundreds of them was a third of a start; types by tsc, file by file.
// Packages stay packages: what runs of others is what node_modules holds.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { build } from 'esbuild';

/** They find their files beside themselves, so what holds them must lie in dist/ itself. */
const placed = ['src/package.ts', 'src/catalog/full/index.ts'];

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/cli/main.ts', 'src/index.ts'],
  outdir: 'dist',
  outbase: 'src',
  bundle: true,
  splitting: true,
  chunkNames: '[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
});
for (const [output, { inputs }] of Object.entries(metafile.outputs)) {
  const astray = dirname(output) === 'dist' ? undefined : placed.find((file) => file in inputs);
  if (astray !== undefined)
    throw new Error(`${astray} was built into ${output}: its files would not be found`);
}
for (const name of ['facts', 'cards.json'])
  cpSync(`src/catalog/full/${name}`, `dist/${name}`, { recursive: true });
execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
