import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const MODULE = 'github.com/yannh/kubeconform/cmd/kubeconform';
const VERSION = 'v0.8.0';

/** The kubeconform to compare with: from KUBECONFORM, or built with Go into the user's cache; a reason where neither can be. */
export function findKubeconform(): { readonly path: string } | { readonly missing: string } {
  const given = process.env['KUBECONFORM'];
  if (given) return { path: given };
  const folder = join(
    process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    'calico-upgrade-action',
    `kubeconform-${VERSION}`,
  );
  const path = join(folder, 'kubeconform');
  if (existsSync(path)) return { path };
  mkdirSync(folder, { recursive: true });
  const { error, status, stderr } = spawnSync('go', ['install', `${MODULE}@${VERSION}`], {
    env: { ...process.env, GOBIN: folder },
    encoding: 'utf8',
  });
  if (error) return { missing: 'Go is not installed, and KUBECONFORM is not set' };
  return status === 0
    ? { path }
    : { missing: `go install failed: ${stderr.trim().split('\n').at(-1) ?? ''}` };
}
