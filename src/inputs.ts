import { DEFAULT_PROBE_IMAGE } from './connectivity/probe-image.js';
import { type NetworkTestSettings, parseNetworkTestSettings } from './connectivity/settings.js';
import { InputError } from './errors.js';
import { INPUTS, type InputName } from './inputs-table.js';
import {
  isTrue,
  kubernetesVersion,
  lines,
  oneOf,
  type ReadInput,
  target,
  token,
  wholeNumber,
  width,
} from './inputs/values.js';
import type { Version } from './version/version.js';

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
  /** null where the network is not tested, as in most plans: it takes pods. */
  readonly networkTest: ProbeInputs | null;
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
  /** null where the network is not tested. */
  readonly networkTest: ProbeInputs | null;
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
export interface ProbeInputs {
  readonly image: string;
  readonly settings: NetworkTestSettings;
}

/** The same, with connections that are held. */
export interface NetworkTestInputs extends ProbeInputs {
  /** Longest gap of a held connection, in ms; null: no limit. */
  readonly maxDisruptionMs: number | null;
}

/** Inputs of `upgrade`: those of `plan`, and how it is carried out. */
export interface UpgradeInputs extends Omit<PlanInputs, 'mode' | 'rollback' | 'networkTest'> {
  readonly mode: 'upgrade';
  /** `directory`: it need not be uploaded. */
  readonly backup: 'true' | 'false' | 'directory';
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
    networkTest: networkTestMode(read) === 'always' ? probes(read) : null,
    rollback: read('backup-artifact') === '' ? null : parseBundleInputs(read),
  };
}

function parseUpgradeInputs(read: ReadInput, readInput: ReadInput): UpgradeInputs {
  return {
    ...parsePlanInputs(read, readInput),
    mode: 'upgrade',
    backup: oneOf('backup', read('backup').toLowerCase(), ['true', 'false', 'directory']),
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
  if (networkTestMode(read) === 'false') {
    if (maxDisruptionMs === null) return null;
    throw new InputError(
      'max-disruption-ms',
      'The input max-disruption-ms is given, and network-test is false: nothing would measure it.',
      'Leave one of them out.',
    );
  }
  return { maxDisruptionMs, ...probes(read) };
}

function networkTestMode(read: ReadInput): 'true' | 'false' | 'always' {
  return oneOf('network-test', read('network-test'), ['true', 'false', 'always']);
}

function probes(read: ReadInput): ProbeInputs {
  return {
    image: read('probe-image') || DEFAULT_PROBE_IMAGE,
    settings: parseNetworkTestSettings(read('network-test-settings')),
  };
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
    networkTest: networkTestMode(read) === 'false' ? null : probes(read),
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
