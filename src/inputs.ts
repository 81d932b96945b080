import { DEFAULT_PROBE_IMAGE } from './connectivity/probe-pod.js';
import { type NetworkTestSettings, parseNetworkTestSettings } from './connectivity/settings.js';
import { InputError } from './errors.js';
import { INPUTS, type InputName } from './inputs-table.js';
import { isPlausible, parseVersion, type Version } from './version/version.js';

/** Inputs of `check`. */
export interface CheckInputs {
  readonly mode: 'check';
  readonly path: string;
  /** Globs; empty for all configuration files. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly changedOnly: 'auto' | 'true' | 'false';
  /** null to go by the files. */
  readonly kubernetesVersion: Version | null;
  /** Text, base64 of it, or a path; null where none was given: then no cluster is read. */
  readonly kubeconfig: string | null;
  /** null for the current one. */
  readonly context: string | null;
  readonly policy: { readonly path: string; readonly isRequired: boolean };
  readonly failOn: 'error' | 'warning' | 'never';
  readonly reportDir: string;
  readonly comment: 'always' | 'on-failure' | 'never';
  /** null where there is none. */
  readonly githubToken: string | null;
}

/** Inputs of `plan`. */
export interface PlanInputs {
  readonly mode: 'plan';
  /** Text, base64 of it, or a path; null where none was given. */
  readonly kubeconfig: string | null;
  /** null for the current one. */
  readonly context: string | null;
  /** Minor that Kubernetes is to go to; null where it stays. */
  readonly kubernetesVersion: Version | null;
  readonly policy: { readonly path: string; readonly isRequired: boolean };
  readonly failOn: 'error' | 'warning' | 'never';
  readonly target: 'recommended' | 'latest-patch' | Version;
  readonly installMethod: 'auto' | 'operator' | 'helm' | 'manifest';
  /** Directory or URL prefix; empty for upstream. */
  readonly manifests: string;
  readonly force: boolean;
  readonly inspectNodes: boolean;
  readonly canaryNodes: number;
  readonly maxUnavailable: { readonly nodes: number } | { readonly percent: number };
  readonly soakMs: number;
  readonly reportDir: string;
  /** With a bundle, the plan is of a rollback from it; null without one. */
  readonly rollback: BundleInputs | null;
}

/** Where a bundle is, and what a rollback from it goes by. */
export interface BundleInputs {
  /** Text, base64 of it, or a path; null where none was given. */
  readonly kubeconfig: string | null;
  /** null for the current one. */
  readonly context: string | null;
  /** Name of an artifact, or a directory; null where none was given. */
  readonly backupArtifact: string | null;
  /** The run that made the artifact; empty for this one. */
  readonly runId: string;
  /** null where there is none: then the Secrets of the bundle are not looked at. */
  readonly encryptionKey: string | null;
  /** Whose word counts where the bundle and the cluster both have one. */
  readonly onConflict: 'stop' | 'bundle' | 'live';
  readonly force: boolean;
  readonly canaryNodes: number;
  readonly maxUnavailable: { readonly nodes: number } | { readonly percent: number };
  readonly soakMs: number;
  /** Budget of each step. */
  readonly stageTimeoutMs: number;
  readonly failOn: 'error' | 'warning' | 'never';
  readonly reportDir: string;
  /** null where there is none. */
  readonly githubToken: string | null;
}

/** Inputs of `rollback`. */
export interface RollbackInputs extends BundleInputs {
  readonly mode: 'rollback';
}

/** How the network is tested. */
export interface NetworkTestInputs {
  readonly image: string;
  readonly settings: NetworkTestSettings;
  /** Longest gap of a held connection, in ms; null: no limit. */
  readonly maxDisruptionMs: number | null;
}

/** Inputs of `upgrade`: those of `plan`, and how it is carried out. */
export interface UpgradeInputs extends Omit<PlanInputs, 'mode' | 'rollback'> {
  readonly mode: 'upgrade';
  readonly backup: boolean;
  /** null where the network is not tested. */
  readonly networkTest: NetworkTestInputs | null;
  readonly rollbackOnFailure: boolean;
  /** Budget of each step. */
  readonly stageTimeoutMs: number;
  /** null where there is none: then Secrets are left out of the backup. */
  readonly encryptionKey: string | null;
  /** The backup of an upgrade that died, where its journal does not say enough; null where none was given. */
  readonly backupArtifact: string | null;
  /** The run that made that artifact; empty where the journal says it. */
  readonly runId: string;
  /** null where there is none. */
  readonly githubToken: string | null;
}

/** The inputs of a run, by mode. */
export type Inputs = CheckInputs | PlanInputs | RollbackInputs | UpgradeInputs;

/** Gives the text of an input; empty where it is not set. */
export type ReadInput = (name: InputName) => string;

const MODES = ['check', 'plan', 'upgrade', 'rollback'] as const;
const DEFAULTS: ReadonlyMap<string, string> = new Map(INPUTS.map((spec) => [spec.name, spec.default]));

/**
 * Reads the inputs of a run.
 *
 * @throws InputError that names the input, what it is and what it may be
 */
export function parseInputs(readInput: ReadInput): Inputs {
  const read = (name: InputName): string => {
    const text = readInput(name).trim();
    return text === '' ? (DEFAULTS.get(name) ?? '') : text;
  };
  const mode = oneOf('mode', read('mode'), MODES);
  switch (mode) {
    case 'check':
      return parseCheckInputs(read, readInput);
    case 'plan':
      return parsePlanInputs(read, readInput);
    case 'rollback':
      return { mode, ...parseBundleInputs(read) };
    case 'upgrade':
      return parseUpgradeInputs(read, readInput);
  }
}

function parseCheckInputs(read: ReadInput, readInput: ReadInput): CheckInputs {
  return {
    mode: 'check',
    path: read('path'),
    include: lines(read('include')),
    exclude: lines(read('exclude')),
    changedOnly: oneOf('changed-only', read('changed-only'), ['auto', 'true', 'false']),
    kubernetesVersion: kubernetesVersion(read('kubernetes-version')),
    kubeconfig: read('kubeconfig') || null,
    context: read('context') || null,
    policy: policy(read, readInput),
    failOn: failOn(read),
    reportDir: read('report-dir'),
    comment: oneOf('comment', read('comment'), ['always', 'on-failure', 'never']),
    githubToken: token(read('github-token')),
  };
}

function parsePlanInputs(read: ReadInput, readInput: ReadInput): PlanInputs {
  return {
    mode: 'plan',
    kubeconfig: read('kubeconfig') || null,
    context: read('context') || null,
    kubernetesVersion: kubernetesVersion(read('kubernetes-version')),
    policy: policy(read, readInput),
    failOn: failOn(read),
    target: target(read('target')),
    installMethod: oneOf('install-method', read('install-method'), ['auto', 'operator', 'helm', 'manifest']),
    manifests: read('manifests'),
    force: isTrue('force', read),
    inspectNodes: isTrue('inspect-nodes', read),
    canaryNodes: wholeNumber('canary-nodes', read('canary-nodes'), 1),
    maxUnavailable: width('max-unavailable', read('max-unavailable')),
    soakMs: wholeNumber('soak-seconds', read('soak-seconds'), 0) * 1000,
    reportDir: read('report-dir'),
    rollback: read('backup-artifact') === '' ? null : parseBundleInputs(read),
  };
}

function parseUpgradeInputs(read: ReadInput, readInput: ReadInput): UpgradeInputs {
  return {
    ...parsePlanInputs(read, readInput),
    mode: 'upgrade',
    backup: isTrue('backup', read),
    networkTest: networkTest(read),
    rollbackOnFailure: isTrue('rollback-on-failure', read),
    stageTimeoutMs: wholeNumber('stage-timeout-seconds', read('stage-timeout-seconds'), 1) * 1000,
    encryptionKey: read('encryption-key') || null,
    backupArtifact: read('backup-artifact') || null,
    runId: read('run-id'),
    githubToken: token(read('github-token')),
  };
}

function networkTest(read: ReadInput): NetworkTestInputs | null {
  const limit = read('max-disruption-ms');
  const maxDisruptionMs = limit === '' ? null : wholeNumber('max-disruption-ms', limit, 1);
  if (!isTrue('network-test', read)) {
    if (maxDisruptionMs === null) return null;
    throw new InputError(
      'max-disruption-ms',
      'The input max-disruption-ms is given, and network-test is false: nothing would measure it.',
      'Leave one of them out.',
    );
  }
  return {
    maxDisruptionMs,
    image: read('probe-image') || DEFAULT_PROBE_IMAGE,
    settings: parseNetworkTestSettings(read('network-test-settings')),
  };
}

function isTrue(name: InputName, read: ReadInput): boolean {
  return oneOf(name, read(name), ['true', 'false']) === 'true';
}

function parseBundleInputs(read: ReadInput): BundleInputs {
  return {
    kubeconfig: read('kubeconfig') || null,
    context: read('context') || null,
    backupArtifact: read('backup-artifact') || null,
    runId: read('run-id'),
    encryptionKey: read('encryption-key') || null,
    onConflict: oneOf('on-conflict', read('on-conflict'), ['stop', 'bundle', 'live']),
    force: isTrue('force', read),
    canaryNodes: wholeNumber('canary-nodes', read('canary-nodes'), 1),
    maxUnavailable: width('max-unavailable', read('max-unavailable')),
    soakMs: wholeNumber('soak-seconds', read('soak-seconds'), 0) * 1000,
    stageTimeoutMs: wholeNumber('stage-timeout-seconds', read('stage-timeout-seconds'), 1) * 1000,
    failOn: failOn(read),
    reportDir: read('report-dir'),
    githubToken: token(read('github-token')),
  };
}

function policy(read: ReadInput, readInput: ReadInput): CheckInputs['policy'] {
  const isRequired = readInput('policy').trim() !== '' && read('policy') !== DEFAULTS.get('policy');
  return { path: read('policy'), isRequired };
}

function failOn(read: ReadInput): CheckInputs['failOn'] {
  return oneOf('fail-on', read('fail-on'), ['error', 'warning', 'never']);
}

function target(text: string): PlanInputs['target'] {
  const word = (['recommended', 'latest-patch'] as const).find((one) => one === text.toLowerCase());
  if (word) return word;
  const version = parseVersion(text);
  if (version?.patch != null && isPlausible('calico', version)) return version;
  throw new InputError(
    'target',
    `The input target is “${printable(text)}”.`,
    'Write recommended, latest-patch, or a release such as v3.31.7.',
  );
}

const LARGEST_NUMBER = 100_000;

function wholeNumber(name: InputName, text: string, smallest: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (number >= smallest && number <= LARGEST_NUMBER) return number;
  throw new InputError(
    name,
    `The input ${name} is “${printable(text)}”.`,
    `Write a whole number from ${smallest} to ${LARGEST_NUMBER}.`,
  );
}

function width(name: InputName, text: string): PlanInputs['maxUnavailable'] {
  const percent = /^(\d{1,3})\s*%$/.exec(text)?.[1];
  if (percent === undefined) return { nodes: wholeNumber(name, text, 1) };
  if (Number(percent) >= 1 && Number(percent) <= 100) return { percent: Number(percent) };
  throw new InputError(
    name,
    `The input ${name} is “${printable(text)}”.`,
    'Write a number of nodes (3) or a share of them from 1% to 100%.',
  );
}

function oneOf<Value extends string>(name: InputName, text: string, values: readonly Value[]): Value {
  const value = values.find((candidate) => candidate === text.toLowerCase());
  if (value !== undefined) return value;
  throw new InputError(
    name,
    `The input ${name} is “${printable(text)}”.`,
    `Use one of: ${values.join(', ')}.`,
  );
}

function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function kubernetesVersion(text: string): Version | null {
  if (text === '') return null;
  const version = parseVersion(text);
  if (version && isPlausible('kubernetes', version)) return version;
  throw new InputError(
    'kubernetes-version',
    `The input kubernetes-version is “${printable(text)}”.`,
    'Write a Kubernetes version such as v1.34 or v1.34.2.',
  );
}

/** The default is an expression that only a workflow fills in. */
function token(text: string): string | null {
  return text === '' || text.startsWith('${{') ? null : text;
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, 80);
}
