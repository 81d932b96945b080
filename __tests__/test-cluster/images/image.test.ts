import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import {
  createLayer,
  type ImageSpec,
  type Layer,
  writeImageArchive,
} from '../../../test-cluster/images/image.js';

const LAYER = createLayer([{ path: 'a', type: 'file', content: Buffer.from('a') }]);
const OTHER = createLayer([{ path: 'b', type: 'file', content: Buffer.from('b') }]);

function members(archive: Buffer): readonly string[] {
  return spawnSync('tar', ['--list'], { input: archive, encoding: 'utf8' }).stdout.trim().split('\n');
}

function member(archive: Buffer, path: string): Buffer {
  return spawnSync('tar', ['--extract', '--to-stdout', path], { input: archive }).stdout;
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

function parse(archive: Buffer, path: string): unknown {
  return JSON.parse(member(archive, path).toString());
}

function imagesOf(archive: Buffer): readonly Descriptor[] {
  return (parse(archive, 'index.json') as { readonly manifests: readonly Descriptor[] }).manifests;
}

function partsOf(
  archive: Buffer,
  { digest }: Descriptor,
): { config: Descriptor; layers: readonly Descriptor[] } {
  return parse(archive, blobPath(digest)) as { config: Descriptor; layers: readonly Descriptor[] };
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function imageOf(layers: readonly Layer[], rest: Partial<ImageSpec> = {}): ImageSpec {
  return { names: ['registry.example/image:v1'], layers, ...rest };
}

describe('writeImageArchive', () => {
  test('gives every name of an image the same manifest', () => {
    const archive = writeImageArchive([
      imageOf([LAYER], { names: ['one.example/a:v1', 'two.example/a:v1'] }),
    ]);

    const manifests = imagesOf(archive);

    expect(manifests.map(({ annotations }) => annotations?.['io.containerd.image.name'])).toEqual([
      'one.example/a:v1',
      'two.example/a:v1',
    ]);
    expect(new Set(manifests.map(({ digest }) => digest)).size).toBe(1);
  });

  test('names every part by its digest and size', () => {
    const archive = writeImageArchive([imageOf([LAYER, OTHER])]);
    const [image] = imagesOf(archive);
    const manifest = partsOf(archive, image!);

    for (const { digest, size } of [image!, manifest.config, ...manifest.layers]) {
      const content = member(archive, blobPath(digest));
      expect(`sha256:${createHash('sha256').update(content).digest('hex')}`).toBe(digest);
      expect(content).toHaveLength(size);
    }
  });

  test('writes a layer that two images share once, and leaves out one that is there already', () => {
    const archive = writeImageArchive([
      imageOf([LAYER, { ...OTHER, content: null }], { names: ['a:v1'] }),
      imageOf([LAYER], { names: ['b:v1'] }),
    ]);

    const paths = members(archive);

    expect(paths.filter((path) => path === blobPath(LAYER.digest))).toHaveLength(1);
    expect(paths).not.toContain(blobPath(OTHER.digest));
  });

  test('says what the image runs, as whom and with which variables', () => {
    const spec = imageOf([LAYER], { entrypoint: ['/a'], command: ['b'], env: { C: 'd' }, user: '999' });
    const archive = writeImageArchive([spec]);
    const [image] = imagesOf(archive);
    const { config } = partsOf(archive, image!);

    expect(parse(archive, blobPath(config.digest))).toMatchObject({
      os: 'linux',
      config: { Entrypoint: ['/a'], Cmd: ['b'], User: '999', Env: [expect.stringMatching(/^PATH=/), 'C=d'] },
      rootfs: { type: 'layers', diff_ids: [LAYER.digest] },
    });
  });
});
