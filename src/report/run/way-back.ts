/** How to have a backup put back. */
export interface WayBack {
  /** For a shell. */
  readonly command: string;
  /** Of a step of a workflow, by their names. */
  readonly inputs: Readonly<Record<string, string>>;
}

export interface BackupPlace {
  /** Name of an artifact; null where there is none. */
  readonly artifact: string | null;
  readonly directory: string;
}

export interface RunPlace {
  /** `owner/name`; empty on a terminal. */
  readonly repository: string;
  /** Number of the run; empty on a terminal. */
  readonly runId: string;
  /** Whether the Secrets of the backup are encrypted. */
  readonly hasKey: boolean;
  /** Context of the kubeconfig; null for its current one. */
  readonly context: string | null;
}

/** The command and the inputs that put a backup back. Secrets are named, not told. */
export function wayBack({ artifact, directory }: BackupPlace, run: RunPlace): WayBack {
  const isArtifact = artifact !== null;
  const options: readonly (readonly [string, string])[] = [
    ['mode', 'rollback'],
    ['kubeconfig', '$KUBECONFIG'],
    ...(run.context === null ? [] : [['context', run.context] as const]),
    ['backup-artifact', artifact ?? directory],
    ...(isArtifact && run.runId !== '' ? [['run-id', `${run.repository}/${run.runId}`] as const] : []),
    ...(isArtifact ? [['github-token', '$GITHUB_TOKEN'] as const] : []),
    ...(run.hasKey ? [['encryption-key', '$BACKUP_KEY'] as const] : []),
  ];
  const flags = options.map(([name, value]) => `--${name} ${quote(value)}`);
  const inputs = options.flatMap(([name, value]): [string, string][] => {
    if (name === 'github-token') return [];
    return [[name, SECRETS[value] ?? value]];
  });
  return { command: `node dist/index.js ${flags.join(' ')}`, inputs: Object.fromEntries(inputs) };
}

/** What a workflow has in the place of a variable of a shell. */
const SECRETS: Readonly<Record<string, string>> = {
  $KUBECONFIG: '${{ secrets.KUBECONFIG }}',
  $BACKUP_KEY: '${{ secrets.BACKUP_KEY }}',
};

/** As a shell takes it for one word. */
export function quote(value: string): string {
  if (value in SECRETS || value === '$GITHUB_TOKEN') return `"${value}"`;
  return /^[\w./:@+-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
