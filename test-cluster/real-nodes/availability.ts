import { existsSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Availability } from '../types.js';

/** The Debian packages that real nodes need, with a file of each by which it is recognised. */
const PACKAGES = [
  { name: 'containerd', programs: ['containerd', 'containerd-shim-runc-v2', 'ctr'] },
  { name: 'runc', programs: ['runc'] },
  { name: 'iproute2', programs: ['ip'] },
  { name: 'iptables', programs: ['iptables', 'xtables-nft-multi'] },
  { name: 'util-linux', programs: ['unshare', 'nsenter', 'pivot_root'] },
  { name: 'mount', programs: ['mount', 'umount'] },
] as const;
const CNI_PLUGINS = ['ptp', 'host-local', 'portmap', 'loopback'];
export const CNI_DIRECTORY = '/usr/lib/cni';
const BUSYBOX = '/bin/busybox';
/** Where programs of an administrator are, whatever PATH says. */
const ADMINISTRATOR_PATH = ['/usr/sbin', '/sbin'];
const CGROUPS = '/sys/fs/cgroup';
const NEEDED_CONTROLLERS = ['cpu', 'cpuset', 'memory', 'pids', 'devices'];

/** What of a machine decides whether real nodes can be had on it. */
export interface Machine {
  readonly platform: string;
  /** null where there is no such thing. */
  readonly userId: number | null;
  readonly path: string;
  readonly exists: (path: string) => boolean;
  readonly read: (path: string) => Buffer;
}

export function thisMachine(): Machine {
  return {
    platform: platform(),
    userId: process.getuid?.() ?? null,
    path: process.env['PATH'] ?? '',
    exists: existsSync,
    read: (path) => readFileSync(path),
  };
}

/** Whether this machine can have real nodes; the reason names everything that is missing and how to get it. */
export function realNodesAvailability(machine: Machine = thisMachine()): Availability {
  if (machine.platform !== 'linux')
    return unavailable(`real nodes need Linux, and this is ${machine.platform}`);
  if (machine.userId !== 0) return unavailable('real nodes need root, for namespaces, mounts and cgroups');
  const packages = missingPackages(machine);
  if (packages.length > 0) {
    return unavailable(`real nodes need ${packages.join(', ')}: apt-get install ${packages.join(' ')}`);
  }
  if (isDynamic(machine.read(BUSYBOX))) {
    return unavailable(`real nodes need a static ${BUSYBOX}: apt-get install busybox-static`);
  }
  return cgroupAvailability(machine);
}

function missingPackages({ exists, path }: Machine): readonly string[] {
  const directories = [...path.split(delimiter), ...ADMINISTRATOR_PATH];
  const isThere = (program: string): boolean =>
    directories.some((directory) => exists(join(directory, program)));
  const missing: string[] = PACKAGES.filter(({ programs }) => !programs.every(isThere)).map(
    ({ name }) => name,
  );
  if (!CNI_PLUGINS.every((plugin) => exists(join(CNI_DIRECTORY, plugin))))
    missing.push('containernetworking-plugins');
  if (!exists(BUSYBOX)) missing.push('busybox-static');
  return missing;
}

/** Whether an ELF program asks for a loader; the name of it stands near the beginning. */
function isDynamic(program: Buffer): boolean {
  return program.subarray(0, 4096).includes('/ld-');
}

/** The nodes' cgroups are laid out for version 1 (also beside version 2), where each controller has its own directory. */
function cgroupAvailability({ exists }: Machine): Availability {
  if (exists(join(CGROUPS, 'cgroup.controllers'))) {
    return unavailable('real nodes need cgroup version 1, and this machine has version 2 alone');
  }
  const missing = NEEDED_CONTROLLERS.filter((name) => !exists(join(CGROUPS, name, 'cgroup.procs')));
  if (missing.length === 0) return { isAvailable: true };
  return unavailable(`real nodes need the cgroup controllers ${missing.join(', ')} mounted below ${CGROUPS}`);
}

function unavailable(reason: string): Availability {
  return { isAvailable: false, reason };
}
