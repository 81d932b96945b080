import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generateTree } from './generate-tree.js';
import { measureInspect } from './inspect.js';
import { findKubeconform } from './kubeconform.js';
import { measureLoadedCode } from './loaded-code.js';
import { type Command, median, timeInTurn } from './measure.js';
import { measureNetwork } from './network.js';
import { writeSchemas } from './schemas.js';

const DIST = resolve('dist');
const folder = mkdtempSync(join(tmpdir(), 'bench-tree-'));

function check(path: string, cwd: string): Command {
  const args = [
    join(DIST, 'index.js'),
    '--mode',
    'check',
    '--path',
    path,
    '--report-dir',
    join(folder, 'report'),
  ];
  return { file: process.execPath, args, cwd, env: { MEASURE_PEAK: '1' } };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What the check of a large repository is compared with; nothing at all where kubeconform cannot be had. */
function comparisons(tree: string): readonly { readonly name: string; readonly command: Command }[] {
  const kubeconform = findKubeconform();
  if ('missing' in kubeconform) {
    const command = { file: process.execPath, args: ['-e', '0'] };
    return [{ name: `no kubeconform (${kubeconform.missing}), node -e 0`, command }];
  }
  const schemas = writeSchemas(join(folder, 'schemas'));
  const locations = [
    ...(schemas === null ? [] : [{ name: 'kubeconform with schemas at hand', location: schemas }]),
    { name: 'kubeconform with schemas skipped', location: `${folder}/none/{{.ResourceKind}}.json` },
  ];
  return locations.map(({ name, location }) => ({
    name,
    command: {
      file: kubeconform.path,
      args: ['-ignore-missing-schemas', '-schema-location', location, '-summary', '.'],
      cwd: tree,
    },
  }));
}

async function main(): Promise<void> {
  print(`node ${process.version}, ${process.platform} ${process.arch}`);
  const cold = timeInTurn(
    { ...check('examples/fleet', process.cwd()), env: {} },
    { file: process.execPath, args: ['-e', '0'] },
    15,
  );
  const coldRatio = median(cold.a.seconds.map((seconds, index) => seconds / (cold.b.seconds[index] ?? 1)));
  print(
    `cold start: check of 12 files ${(median(cold.a.seconds) * 1000).toFixed(0)} ms, node -e 0 ${(median(cold.b.seconds) * 1000).toFixed(0)} ms, ratio ${coldRatio.toFixed(2)} (goal ≤ 3)`,
  );
  for (const { where, bytes } of await measureLoadedCode(DIST, 'examples/fleet')) {
    print(`JavaScript loaded, ${where}: ${(bytes / 1e6).toFixed(2)} MB (goal ≤ 1.5 MB)`);
  }
  const tree = join(folder, 'tree');
  const { files, bytes } = generateTree(tree, 2100, 30);
  print(`${files} files, ${(bytes / 1e6).toFixed(1)} MB:`);
  for (const { name, command } of comparisons(tree)) {
    const { a, b } = timeInTurn(check('.', tree), command, 5);
    const ratio = median(a.seconds.map((seconds, index) => seconds / (b.seconds[index] ?? 1)));
    print(
      `  check ${median(a.seconds).toFixed(2)} s, peak ${a.peakMib?.toFixed(0) ?? '?'} MiB (goal ≤ 300); ${name} ${median(b.seconds).toFixed(2)} s, ratio ${ratio.toFixed(2)} (goal ≤ 0.2)`,
    );
  }
  const read = measureInspect();
  print(
    `inspect of ${read.nodes} nodes, ${read.nodes * read.podsPerNode} pods, ${read.calicoObjects} Calico objects: ${read.requests} requests for ${read.objects} objects, peak ${read.peakMib.toFixed(0)} MiB (goal ≤ 512), ${read.seconds.toFixed(0)} s`,
  );
  await measureNetwork(print);
}

try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
