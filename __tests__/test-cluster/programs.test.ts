import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EnvironmentError } from '../../src/errors.js';
import { availabilityOf, findKubernetes, findProgram, missingPrograms } from '../../test-cluster/binaries.js';

let home = '';
const saved = { ...process.env };

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'programs-'));
  process.env['XDG_CACHE_HOME'] = join(home, 'cache');
  delete process.env['KUBEBUILDER_ASSETS'];
});
afterEach(() => {
  process.env = { ...saved };
  rmSync(home, { recursive: true });
});

function writeProgram(path: string, script: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

/** A Go toolchain that writes a file in place of compiling, slowly enough that two builds would meet. */
function installGo(script = ''): void {
  writeProgram(
    join(home, 'bin', 'go'),
    `echo "$@" >> ${home}/go.log
[ "$1" = env ] && { echo go1.26.8; exit 0; }
${script}
sleep 0.3
while [ "$1" != -o ]; do shift; done
echo "built in $(basename "$PWD")" > "$2"`,
  );
  process.env['PATH'] = `${join(home, 'bin')}${delimiter}${saved['PATH'] ?? ''}`;
}

/** A PATH with the shell's tools, and without Go. */
function hideGo(): void {
  process.env['PATH'] = join(home, 'nothing');
}

function builds(): readonly string[] {
  const log = join(home, 'go.log');
  if (!existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('build '));
}

const cached = (module: string, name: string): string =>
  join(home, 'cache', 'calico-upgrade-action', module, name);

describe('a program that is nowhere', () => {
  it('is built from its pinned module, with its version in it, and kept', async () => {
    installGo();
    const progress: string[] = [];
    const path = await findProgram('kube-scheduler', 'v1.34.4', (text) => progress.push(text));
    expect(path).toBe(cached('kubernetes-v1.34.4', 'kube-scheduler'));
    expect(readFileSync(path, 'utf8')).toBe('built in kubernetes-v1.34.4\n');
    expect(builds()).toHaveLength(1);
    expect(builds()[0]).toContain('gitVersion=v1.34.4');
    expect(builds()[0]).toContain('gitMinor=34 ');
    expect(progress[0]).toMatch(/^building kube-scheduler \(kubernetes-v1\.34\.4\): takes about 1 minute /);
    expect(progress.at(-1)).toBe('built kube-scheduler (kubernetes-v1.34.4)');
    await findProgram('kube-scheduler', 'v1.34.4');
    expect(builds()).toHaveLength(1);
  });

  it('is built once where two ask for it at once', async () => {
    installGo();
    const paths = await Promise.all([findProgram('kwok'), findProgram('kwok')]);
    expect(new Set(paths).size).toBe(1);
    expect(builds()).toHaveLength(1);
  });

  it('is built by whoever comes after a builder that died', async () => {
    installGo();
    const path = cached('kwok', 'kwok');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 999_999_999, startTime: '1' }));
    writeFileSync(`${path}.new.999999999`, 'half');
    await findProgram('kwok');
    expect(readdirSync(dirname(path)).sort()).toEqual(['kwok', 'kwok.stamp']);
  });

  it('is built anew once what it is built from has changed', async () => {
    installGo();
    const path = await findProgram('etcd');
    writeFileSync(`${path}.stamp`, 'of an earlier go.mod\n');
    expect(missingPrograms(['etcd'])).toEqual(['etcd']);
    await findProgram('etcd');
    expect(builds()).toHaveLength(2);
  });

  it('is a failure with the end of what Go said, and leaves no half of it', async () => {
    installGo('echo "go: proxy.invalid: no such host" >&2; exit 1');
    await expect(findProgram('helm')).rejects.toThrow(
      /go build helm\.sh\/helm\/v3\/cmd\/helm: exit status 1\n.*no such host/,
    );
    expect(readdirSync(dirname(cached('helm', 'helm')))).toEqual([]);
  });

  it('cannot be had without Go, and the reason says where it was looked for', async () => {
    hideGo();
    const availability = availabilityOf(['etcd', 'kwok']);
    expect(availability).toEqual({
      isAvailable: false,
      reason: `etcd, kwok of Kubernetes v1.34.4: not in KUBEBUILDER_ASSETS (not set), not in ${join(home, 'cache', 'calico-upgrade-action')}, and there is no Go to build it with`,
    });
    await expect(findProgram('kwok')).rejects.toThrow(EnvironmentError);
  });
});

describe('KUBEBUILDER_ASSETS', () => {
  const assets = (version: string, names: readonly string[]): string => {
    const directory = join(home, 'assets');
    for (const name of names) writeProgram(join(directory, name), `echo "Kubernetes ${version}"`);
    process.env['KUBEBUILDER_ASSETS'] = directory;
    return directory;
  };

  it('comes first, whatever version it has, and the version is what its API server says', async () => {
    installGo();
    const directory = assets('v1.31.2', ['etcd', 'kube-apiserver']);
    expect(await findKubernetes(['kube-apiserver'], undefined)).toEqual({
      version: 'v1.31.2',
      paths: new Map([['kube-apiserver', join(directory, 'kube-apiserver')]]),
    });
    expect(await findProgram('etcd')).toBe(join(directory, 'etcd'));
    expect(missingPrograms(['etcd', 'kube-apiserver'])).toEqual([]);
    expect(builds()).toEqual([]);
  });

  it('is passed over where another release is asked for', async () => {
    installGo();
    assets('v1.31.2', ['kube-apiserver']);
    const { version, paths } = await findKubernetes(['kube-apiserver'], 'v1.34.4');
    expect(version).toBe('v1.34.4');
    expect(paths.get('kube-apiserver')).toBe(cached('kubernetes-v1.34.4', 'kube-apiserver'));
  });

  it('is passed over where it lacks one of the programs, so that all are of one version', async () => {
    installGo();
    assets('v1.31.2', ['kube-apiserver']);
    const { version, paths } = await findKubernetes(['kube-apiserver', 'kube-scheduler'], undefined);
    expect(version).toBe('v1.34.4');
    expect([...paths.values()].every((path) => path.startsWith(join(home, 'cache')))).toBe(true);
  });

  it('is enough where there is no Go', () => {
    assets('v1.31.2', ['etcd', 'kube-apiserver']);
    hideGo();
    expect(availabilityOf(['etcd', 'kube-apiserver'])).toEqual({ isAvailable: true });
  });
});
