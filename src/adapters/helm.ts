import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { load } from 'js-yaml';
import { EnvironmentError } from '../errors.js';
import { type Helm, type HelmRevision, rollbackArguments, rollbackCommand } from '../ports/helm.js';
import { kubeconfigSecrets } from './kubernetes/kubeconfig-secrets.js';
import { absolutePath, readKubeconfig } from './kubernetes/kubeconfig-source.js';

export interface HelmOptions {
  /** The text of a kubeconfig, base64 of it, or a path. */
  readonly kubeconfig: string;
  /** null for the current one. */
  readonly context: string | null;
  /** What relative paths are relative to. */
  readonly directory: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Where the kubeconfig is put for as long as Helm runs. */
  readonly temporary: string;
  /** Default: 5 min. */
  readonly timeoutMs?: number;
}

const LONGEST_ANSWER = 4 * 1024 * 1024;
const LONGEST_MESSAGE = 1000;
/** What would lead Helm to another cluster, and inputs of this program, some of them secret. */
const KEPT_BACK = /^(?:HELM_KUBE|HELM_NAMESPACE$|HELM_DEBUG$|KUBECONFIG$|INPUT_|ACTIONS_|GITHUB_TOKEN$)/;

/** Helm as it is found on PATH; null where it is not there. */
export function findHelm(options: HelmOptions): Helm | null {
  const program = (options.variables['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, 'helm'))
    .find(isProgram);
  return program === undefined ? null : { rollback: (to) => rollBack(program, to, options) };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function rollBack(program: string, to: HelmRevision, options: HelmOptions): Promise<void> {
  const { directory, variables, context, timeoutMs = 300_000 } = options;
  const source = readKubeconfig(options.kubeconfig, { directory, home: variables['HOME'] });
  const folder = mkdtempSync(join(options.temporary, 'helm-'));
  try {
    const path = join(folder, 'kubeconfig');
    writeFileSync(path, withAbsolutePaths(source.text, source.directory), { mode: 0o600 });
    const args = [...rollbackArguments(to), ...(context === null ? [] : ['--kube-context', context])];
    const env = Object.fromEntries(Object.entries(variables).filter(([name]) => !KEPT_BACK.test(name)));
    await run(program, args, { env: { ...env, KUBECONFIG: path }, timeoutMs }).catch((error: unknown) => {
      throw failed(to, error, kubeconfigSecrets(source.text), timeoutMs);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface RunOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
}

function run(program: string, args: readonly string[], { env, timeoutMs }: RunOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const limits = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: LONGEST_ANSWER } as const;
    execFile(program, [...args], { env, ...limits }, (error, _, stderr) => {
      if (error === null) resolve();
      else reject(new HelmFailure(stderr, error.killed === true, error.code ?? null));
    });
  });
}

/** How a run of Helm that failed ended, and what it said. */
class HelmFailure extends Error {
  readonly said: string;
  readonly isKilled: boolean;
  readonly code: string | number | null;

  constructor(said: string, isKilled: boolean, code: string | number | null) {
    super('helm failed');
    this.said = said;
    this.isKilled = isKilled;
    this.code = code;
  }
}

function failed(
  to: HelmRevision,
  error: unknown,
  secrets: readonly string[],
  timeoutMs: number,
): EnvironmentError {
  if (!(error instanceof HelmFailure)) throw error;
  const words = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), error.said);
  const last = words.trim().split('\n').at(-1)?.slice(0, LONGEST_MESSAGE) ?? '';
  const ended = error.isKilled
    ? `did not end within ${timeoutMs / 1000} s`
    : `failed with ${error.code ?? 'no status'}`;
  return new EnvironmentError(
    `helm rollback of ${to.namespace}/${to.name} to revision ${to.revision} ${ended}${last === '' ? '' : `: ${last}`}.`,
    `Put right what Helm names, and run: ${rollbackCommand(to)}`,
  );
}

const FILES: ReadonlySet<string> = new Set([
  'certificate-authority',
  'client-certificate',
  'client-key',
  'tokenFile',
]);

/** A kubeconfig that may lie anywhere, as JSON: what it says of files is relative to where it was. */
function withAbsolutePaths(text: string, directory: string): string {
  const isPath = (key: string, value: string): boolean =>
    FILES.has(key) ? value !== '' : key === 'command' && value.includes('/');
  return JSON.stringify(load(text), (key, value: unknown) =>
    typeof value === 'string' && isPath(key, value) ? absolutePath(value, directory) : value,
  );
}
