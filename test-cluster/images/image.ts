import { createHash } from 'node:crypto';
import { arch } from 'node:os';
import { type TarEntry, writeTar } from './tar.js';

/** One layer of an image: an uncompressed tar. The same content is kept once by a node, whatever images have it. */
export interface Layer {
  readonly digest: string;
  readonly sizeBytes: number;
  /** null: whoever takes the image has it already. */
  readonly content: Buffer | null;
}

/** An image to be made. */
export interface ImageSpec {
  /** Full references: `docker.io/calico/node:v3.28.2`. All are the same image. */
  readonly names: readonly string[];
  readonly layers: readonly Layer[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A number, where manifests say `runAsNonRoot`. Default: root. */
  readonly user?: string;
}

const MEDIA = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export function createLayer(entries: readonly TarEntry[]): Layer {
  const content = writeTar(entries);
  return { content, digest: digestOf(content), sizeBytes: content.length };
}

/**
 * One archive of images, as `ctr images import` takes it. A layer that several of them have is in it once.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export function writeImageArchive(images: readonly ImageSpec[]): Buffer {
  const blobs = new Map<string, Buffer>();
  const keep = (content: Buffer, mediaType: string): Descriptor => {
    const digest = digestOf(content);
    blobs.set(digest, content);
    return { mediaType, digest, size: content.length };
  };
  const keepLayer = ({ digest, sizeBytes, content }: Layer): Descriptor => {
    if (content !== null) blobs.set(digest, content);
    return { mediaType: MEDIA.layer, digest, size: sizeBytes };
  };
  const manifests = images.flatMap((image) => {
    const config = keep(configOf(image), MEDIA.config);
    const layers = image.layers.map(keepLayer);
    const manifest = json({ schemaVersion: 2, mediaType: MEDIA.manifest, config, layers });
    const descriptor = keep(manifest, MEDIA.manifest);
    return image.names.map((name) => ({ ...descriptor, annotations: { 'io.containerd.image.name': name } }));
  });
  return writeTar([
    file('oci-layout', json({ imageLayoutVersion: '1.0.0' })),
    file('index.json', json({ schemaVersion: 2, mediaType: MEDIA.index, manifests })),
    { path: 'blobs', type: 'directory' },
    { path: 'blobs/sha256', type: 'directory' },
    ...[...blobs].map(([digest, content]) => file(`blobs/${digest.replace(':', '/')}`, content)),
  ]);
}

/** @see https://github.com/opencontainers/image-spec/blob/main/config.md */
function configOf({ layers, entrypoint, command, env = {}, user }: ImageSpec): Buffer {
  return json({
    architecture: arch() === 'x64' ? 'amd64' : arch(),
    os: 'linux',
    config: {
      Env: ['PATH=/usr/bin:/bin:/sbin', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
      ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }),
      ...(command === undefined ? {} : { Cmd: command }),
      ...(user === undefined ? {} : { User: user }),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  });
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function file(path: string, content: Buffer): TarEntry {
  return { path, type: 'file', content };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
