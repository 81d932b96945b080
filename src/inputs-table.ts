/** An input as users know it: of the action, and as a flag on a terminal. */
export interface InputSpec {
  readonly name: string;
  /** Empty where there is none. */
  readonly default: string;
  readonly description: string;
  /** Whether its value must not be seen in any log. */
  readonly secret?: boolean;
}

/** Every input. `action.yml` and the README's table are generated from it. */
export const INPUTS = [
  { name: 'mode', default: 'check', description: 'What to do: `check`, `plan`, `upgrade` or `rollback`.' },
  { name: 'path', default: '.', description: 'Directory (or file) to scan, below the workspace.' },
  {
    name: 'include',
    default: '',
    description:
      'Globs of the files to scan, one a line, relative to the workspace. Default: all text configuration files; documentation and program source are left out.',
  },
  {
    name: 'exclude',
    default: '**/node_modules/**',
    description:
      'Globs of files and directories to leave out, one a line. `.git` and the report directory always are.',
  },
  {
    name: 'changed-only',
    default: 'auto',
    description:
      '`auto`: on a pull request, only files that it changes are judged (all are read, for context), and only findings that the base branch does not have can fail it. `true`, `false`.',
  },
  {
    name: 'kubernetes-version',
    default: '',
    description:
      'Overrides what the files (or the cluster) say. In `check` also the way to ask “would this Calico survive an upgrade of Kubernetes to …?”',
  },
  {
    name: 'kubeconfig',
    default: '',
    description:
      'Kubeconfig: its text, base64 of it, or a path. Masked before anything else is logged. In `check` it is optional, and adds the versions that run.',
    secret: true,
  },
  { name: 'context', default: '', description: 'Context of the kubeconfig. Default: its current context.' },
  {
    name: 'policy',
    default: '.github/calico-policy.yml',
    description:
      'The organisation’s own matrix, cluster-to-path mapping and exceptions. Optional where it is left at its default.',
  },
  {
    name: 'fail-on',
    default: 'error',
    description: 'Lowest severity that fails the run: `error`, `warning` or `never`.',
  },
  {
    name: 'target',
    default: 'recommended',
    description: 'Calico to go to: `recommended`, `latest-patch` or `vX.Y.Z`.',
  },
  {
    name: 'install-method',
    default: 'auto',
    description: '`auto`, `operator`, `helm` or `manifest`. A wrong one is an error, never a conversion.',
  },
  {
    name: 'manifests',
    default: '',
    description:
      'Directory laid out as `<version>/<file>` (air-gapped), or a URL prefix. Default: upstream. Every file is checked against its sha256 in the catalog. Helm installs find the chart there too, as `<version>/tigera-operator-<version>.tgz`.',
  },
  {
    name: 'backup',
    default: 'true',
    description:
      'Whether to make a backup bundle before the first write. In a workflow one that cannot be uploaded stops the upgrade; `directory`: that it lies in `report-dir` is enough, on a disk that outlives the job.',
  },
  {
    name: 'network-test',
    default: 'true',
    description:
      'Whether `upgrade` and `rollback` probe the network before and after. `always`: `plan` does so too, which makes no pods otherwise.',
  },
  {
    name: 'rollback-on-failure',
    default: 'true',
    description: 'Whether to go back by itself when a stage or a test fails.',
  },
  {
    name: 'force',
    default: 'false',
    description: 'Turns skippable blockers into warnings. A mandatory blocker always stops.',
  },
  {
    name: 'inspect-nodes',
    default: 'false',
    description:
      'Whether to look into the nodes before an upgrade, by a command that only reads in each calico-node pod: CNI configuration of others, and rules of both iptables backends. Needs `pods/exec` in Calico’s namespace (docs/plan.md).',
  },
  {
    name: 'stage-timeout-seconds',
    default: '300',
    description:
      'Budget of each stage, and within the stage of nodes of each wave, in seconds. The rollback has its own, equal budget.',
  },
  { name: 'canary-nodes', default: '1', description: 'How many nodes change first.' },
  {
    name: 'max-unavailable',
    default: '10%',
    description: 'Width of the waves after the canary: a number of nodes or a percentage.',
  },
  { name: 'soak-seconds', default: '30', description: 'How long a wave has to stay healthy, in seconds.' },
  {
    name: 'max-disruption-ms',
    default: '',
    description: 'Longest gap on one path, in milliseconds, before the stage fails. Default: no limit.',
  },
  {
    name: 'probe-image',
    default: '',
    description:
      'Image of the network test: agnhost, wherever nodes can pull it without a Secret. Default: a pinned digest of it.',
  },
  {
    name: 'network-test-settings',
    default: '',
    description:
      'How the network is tested, a line each: `only` or `skip` (names of scenarios), `degree`, `settle-seconds`, `tries`, `outside` (host:port), `outside-sees`; docs/network-test.md.',
  },
  {
    name: 'backup-artifact',
    default: '',
    description:
      'Where `rollback` finds its bundle: the name of an artifact, or a directory. `plan` with one shows what that rollback would do; `upgrade` that goes on with one that died takes its backup from there.',
  },
  {
    name: 'on-conflict',
    default: 'stop',
    description:
      'Whose word counts in a rollback where the bundle and the cluster both have one: `stop` names the conflicts, `bundle` puts the backup’s back, `live` keeps what is there.',
  },
  {
    name: 'run-id',
    default: '',
    description:
      'The workflow run that made the backup artifact: its number, or `owner/repository/number` of another repository. Default: this run.',
  },
  {
    name: 'encryption-key',
    default: '',
    description:
      'Encrypts the Secrets of a bundle: a passphrase of at least 12 characters, or an age identity or recipient. Without it they are left out, and the report says so.',
    secret: true,
  },
  {
    name: 'report-dir',
    default: 'calico-report',
    description: 'Where report.json, report.html, findings.sarif, junit.xml and everything else is written.',
  },
  {
    name: 'comment',
    default: 'on-failure',
    description: 'Pull request comment: `always`, `on-failure` or `never`. One comment, updated in place.',
  },
  {
    name: 'github-token',
    default: '${{ github.token }}',
    description: 'Token to read the pull request and to comment on it, and to download a backup artifact.',
    secret: true,
  },
] as const satisfies readonly InputSpec[];

export type InputName = (typeof INPUTS)[number]['name'];

/** An output of the action. */
export interface OutputSpec {
  readonly name: string;
  readonly description: string;
}

/** Every output. */
export const OUTPUTS = [
  { name: 'result', description: '`passed`, `failed`, `rolled-back`, `rollback-failed` or `nothing-to-do`.' },
  { name: 'findings-count', description: 'How many findings there are, ignored ones left out.' },
  { name: 'errors-count', description: 'How many of them are errors.' },
  {
    name: 'kubernetes-version',
    description:
      'Kubernetes version of the cluster or, in `check`, of the files and of the live cluster where one was read; a comma-separated list where there are several.',
  },
  {
    name: 'calico-version-before',
    description:
      'Calico version before the run or, in `check`, of the files and of the live cluster where one was read; a comma-separated list where there are several.',
  },
  {
    name: 'calico-version-after',
    description: 'Calico version after the run; in `check` the same as before.',
  },
  { name: 'report-dir', description: 'Where the reports are.' },
  { name: 'sarif-file', description: 'Path of findings.sarif, for github/codeql-action/upload-sarif.' },
  { name: 'backup-artifact', description: 'Name of the backup artifact; empty where none was made.' },
  {
    name: 'longest-gap-ms',
    description: 'Longest gap that the disruption monitor saw, in milliseconds; empty where it did not run.',
  },
] as const satisfies readonly OutputSpec[];
