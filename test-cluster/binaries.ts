import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError } from '../src/errors.js';
import { type KubernetesRelease } from './types.js';

/** Programs that a Kubernetes release brings. */
export const KUBERNETES_PROGRAMS = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'agnhost',
  'kubectl',
] as const;
/** Programs with one pinned version each. */
export const OTHER_PROGRAMS = ['etcd', 'kwok', 'coredns', 'helm'] as const;
export type ProgramName = (typeof KUBERNETES_PROGRAMS)[number] | (typeof OTHER_PROGRAMS)[number];

/** Where built programs are kept between runs. */
export function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'calico-upgrade-action');
}

/**
 * The path of a program, built first where need be.
 *
 * @throws EnvironmentError where it cannot be had.
 */
export async function findProgram(name: ProgramName, kubernetes: KubernetesRelease): Promise<string> {
  const module = (OTHER_PROGRAMS as readonly string[]).includes(name) ? name : `kubernetes-${kubernetes}`;
  const path = join(cacheDirectory(), module, name);
  if (existsSync(path)) return Promise.resolve(path);
  throw new EnvironmentError(`There is no ${path}`, 'Build it.');
}
