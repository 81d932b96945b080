import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { EnvironmentError } from '../../src/errors.js';
import { createLayer, type Layer } from './image.js';
import { type TarEntry } from './tar.js';

/** Where Debian's packages `busybox-static`, `bash` and `iptables` put their programs. */
export const BUSYBOX = '/bin/busybox';
const BASH = '/usr/bin/bash';
const IPTABLES = '/usr/sbin/iptables';
const EXTENSIONS = '/usr/lib/x86_64-linux-gnu/xtables';
/** What the stand-in asks of iptables. */
const EXTENSION_NAMES = ['libxt_comment.so', 'libxt_standard.so'];

/** A shell with its usual company, and `bash` and `iptables` with the libraries they are linked to. */
export function createBaseLayer(): Layer {
  const applets = run(BUSYBOX, ['--list']).filter((name) => name !== 'busybox');
  return createLayer([
    ...[
      'bin',
      'sbin',
      'etc',
      'opt',
      'opt/cni',
      'opt/cni/bin',
      'usr',
      'usr/bin',
      'usr/sbin',
      'usr/lib',
      'var',
    ].map(directory),
    { path: 'tmp', type: 'directory', mode: 0o1777 },
    file('etc/passwd', Buffer.from('root:x:0:0:root:/:/bin/sh\nstand-in:x:999:999::/:/bin/sh\n')),
    file('etc/group', Buffer.from('root:x:0:\nstand-in:x:999:\n')),
    program('bin/busybox', BUSYBOX),
    ...applets.map((name): TarEntry => ({ path: `bin/${name}`, type: 'symlink', target: 'busybox' })),
    ...linkedEntries(),
  ]);
}

/** One statically linked program at the top of the image. */
export function createProgramLayer(name: string, path: string): Layer {
  return createLayer([program(name, path)]);
}

function linkedEntries(): readonly TarEntry[] {
  const bash = realpathSync(BASH);
  const iptables = realpathSync(IPTABLES);
  const extensions = EXTENSION_NAMES.map((name) => `${EXTENSIONS}/${name}`);
  const files = [...new Set([...librariesOf(bash), ...librariesOf(iptables), ...extensions])];
  const directories = new Set(files.flatMap(parents));
  return [
    ...[...directories].filter((path) => path !== 'usr' && path !== 'usr/lib').map(directory),
    ...files.map((path) => program(path.slice(1), path)),
    program('bin/bash', bash), // upstream's agnhost has one
    program('usr/sbin/xtables-nft-multi', iptables),
    { path: 'usr/sbin/iptables', type: 'symlink', target: 'xtables-nft-multi' },
    { path: 'usr/bin/iptables', type: 'symlink', target: '../sbin/xtables-nft-multi' },
  ];
}

/** `libxtables.so.12 => /lib/x86_64-linux-gnu/libxtables.so.12 (0x…)`, and the loader, which has no arrow. */
function librariesOf(path: string): readonly string[] {
  return run('ldd', [path]).flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

/** `/lib/a/b.so`: `lib`, `lib/a`. */
function parents(path: string): readonly string[] {
  const parts = path.slice(1).split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function directory(path: string): TarEntry {
  return { path, type: 'directory' };
}

function file(path: string, content: Buffer): TarEntry {
  return { path, type: 'file', content };
}

function program(path: string, from: string): TarEntry {
  return { path, type: 'file', mode: 0o755, content: readFileSync(from) };
}

function run(name: string, args: readonly string[]): readonly string[] {
  const { status, stdout, error } = spawnSync(name, args, { encoding: 'utf8' });
  if (status === 0) return stdout.trim().split('\n');
  throw new EnvironmentError(
    `${name} cannot be run: ${error?.message ?? `status ${status}`}`,
    `Install ${name}.`,
  );
}
