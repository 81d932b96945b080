import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ncc from '@vercel/ncc';
import { build, transform } from 'esbuild';

/** A file that ncc makes beside the program: a chunk, the licences. */
interface Asset {
  readonly source: string | Buffer;
}

const out = resolve(process.argv[2] ?? 'dist');

// ncc minifies the program and leaves the chunks as they are; half of what a workflow loads is in them.
const { code, assets } = (await ncc(resolve('src/index.ts'), {
  minify: true,
  sourceMapRegister: false,
  license: 'licenses.txt',
  cache: false,
  quiet: true,
})) as { readonly code: string; readonly assets: Readonly<Record<string, Asset>> };

rmSync(out, { recursive: true, force: true });
write('index.js', code);
for (const [name, { source }] of Object.entries(assets)) {
  write(name, name.endsWith('.js') ? await minify(source.toString()) : source);
}

// What is run after a job is small, and must not load the program to say a sentence
const { outputFiles } = await build({
  entryPoints: [resolve('src/post.ts')],
  bundle: true,
  write: false,
  format: 'esm',
  minify: true,
  platform: 'node',
  target: 'node20',
});
write('post.js', outputFiles[0]?.text ?? '');

async function minify(source: string): Promise<string> {
  const { code: small } = await transform(source, {
    format: 'esm',
    minify: true,
    platform: 'node',
    target: 'node20',
    legalComments: 'none',
  });
  return small;
}

function write(name: string, content: string | Buffer): void {
  const path = join(out, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
