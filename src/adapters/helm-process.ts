import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { EnvironmentError, PassingError } from '../errors.js';
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

/** A run of Helm. */
export interface HelmCall<Result> {
  /** For messages: `helm rollback of tigera-operator/calico to revision 3`. */
  readonly what: string;
  /** What to do where it fails. */
  readonly remedy: string;
  /** @param folder where `files` are, and where Helm may leave some */
  readonly args: (folder: string) => readonly string[];
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Standard input: what must not be seen among arguments, nor lie on a disk. */
  readonly input?: string;
  /** What must not be told of what Helm says, besides what the kubeconfig holds. */
  readonly secrets?: readonly string[];
  /** What becomes of it, before the folder goes. */
  readonly collect: (output: string, folder: string) => Result;
}

const LONGEST_ANSWER = 4 * 1024 * 1024;
const LONGEST_MESSAGE = 1000;
/** What an API server says that cannot now, and what is said of one that cannot be reached. */
const PASSING = new RegExp(
  [
    'connection (?:refused|reset|lost)|broken pipe|\\bEOF\\b|GOAWAY|no route to host|network is unreachable',
    'i/o timeout|handshake timeout|deadline exceeded|timed out|Timeout: |in the time allotted',
    'internal error occurred|error on the server|unable to handle the request|too many requests|shutting down|etcdserver: ',
    'object has been modified',
  ].join('|'),
  'i',
);
/** What would lead Helm to another cluster, and inputs of this program, some of them secret. */
const KEPT_BACK = /^(?:HELM_KUBE|HELM_NAMESPACE$|HELM_DEBUG$|KUBECONFIG$|INPUT_|ACTIONS_|GITHUB_TOKEN$)/;

/**
 * Runs Helm to its end, with files of its own that nobody else may read and that are deleted in every case.
 *
 * @throws EnvironmentError in Helm's last words, without secrets, where it fails; PassingError where it does not end in
 * time, or what it says may pass
 */
export async function callHelm<Result>(
  program: string,
  call: HelmCall<Result>,
  options: HelmOptions,
): Promise<Result> {
  const { directory, variables, context, timeoutMs = 300_000 } = options;
  const source = readKubeconfig(options.kubeconfig, { directory, home: variables['HOME'] });
  const folder = mkdtempSync(join(options.temporary, 'helm-'));
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  try {
    const KUBECONFIG = write('kubeconfig', withAbsolutePaths(source.text, source.directory));
    for (const [name, bytes] of Object.entries(call.files ?? {})) write(name, bytes);
    const args = [...call.args(folder), ...(context === null ? [] : ['--kube-context', context])];
    const env = Object.fromEntries(Object.entries(variables).filter(([name]) => !KEPT_BACK.test(name)));
    const output = await run(program, args, {
      env: { ...env, KUBECONFIG },
      input: call.input ?? '',
      timeoutMs,
    }).catch((error: unknown) => {
      throw failed(call, error, [...kubeconfigSecrets(source.text), ...(call.secrets ?? [])], timeoutMs);
    });
    return call.collect(output, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface RunOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input: string;
  readonly timeoutMs: number;
}

function run(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { env, input, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const limits = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: LONGEST_ANSWER } as const;
    const child = execFile(program, [...args], { env, ...limits }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new HelmFailure(stderr, error.killed === true, error.code ?? null));
    });
    // One that ends before it has read all says why itself
    child.stdin?.on('error', () => undefined).end(input);
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
  { what, remedy }: Pick<HelmCall<unknown>, 'what' | 'remedy'>,
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
  const Kind = error.isKilled || PASSING.test(error.said) ? PassingError : EnvironmentError;
  return new Kind(`${what} ${ended}${last === '' ? '' : `: ${last}`}.`, remedy);
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
