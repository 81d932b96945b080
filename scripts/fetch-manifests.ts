import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createManifestSource } from '../src/adapters/manifests/manifest-source.js';
import { versionOf } from '../src/catalog/queries.js';

// Upstream's files that the tests install, each checked against its sha256. Usage: npm run manifests -- DIRECTORY [RELEASE…]
const RELEASES = ['v3.25.2', 'v3.26.4', 'v3.27.4', 'v3.28.2', 'v3.29.7', 'v3.30.7', 'v3.31.7', 'v3.32.1'];
const FILES = [
  'apiserver.yaml',
  'calico-etcd.yaml',
  'calico-typha.yaml',
  'calico.yaml',
  'canal.yaml',
  'crds.yaml',
  'csi-driver.yaml',
  'custom-resources.yaml',
  'operator-crds.yaml',
  'tigera-operator.yaml',
];

const directory = resolve(process.argv[2] ?? '.cache/manifests');
const source = createManifestSource('', directory, process.env);
const named = process.argv.slice(3);
for (const release of named.length > 0 ? named : RELEASES) {
  for (const file of FILES) {
    const read = await source.read(versionOf(release), file);
    if (read.kind === 'none') throw new Error(`${release}/${file}: ${read.message}`);
    const path = join(directory, release, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, read.text);
  }
  process.stdout.write(`${release}: ${FILES.length} files\n`);
}
