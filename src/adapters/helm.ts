import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { load } from 'js-yaml';
import { textAt } from '../cluster/fields.js';
import {
  type Chart,
  type Helm,
  type HelmMove,
  rollbackArguments,
  rollbackCommand,
  upgradeArguments,
  upgradeCommand,
} from '../ports/helm.js';
import { secretTexts } from '../upgrade/customisations/helm-values.js';
import { callHelm, type HelmCall, type HelmOptions } from './helm-process.js';

export type { HelmOptions } from './helm-process.js';

const READ_CHART = 'See that it is upstream’s chart, whole; helm show chart FILE says what is wrong with it.';

/** Helm as it is found on PATH; null where it is not there. */
export function findHelm(options: HelmOptions): Helm | null {
  const program = (options.variables['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, 'helm'))
    .find(isProgram);
  return program === undefined ? null : createHelm(program, options);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function createHelm(program: string, options: HelmOptions): Helm {
  const call = <Result>(of: HelmCall<Result>): Promise<Result> => callHelm(program, of, options);
  const version = (): Promise<string> =>
    call({
      what: 'helm version',
      remedy: 'Put a helm on PATH that runs on this machine.',
      args: () => ['version', '--template', '{{.Version}}'],
      collect: (output) => output.trim(),
    });
  /** Helm 3 goes on with such a release in its own way. */
  async function knownTo<Of extends { readonly isServerSide?: boolean }>(of: Of): Promise<Of> {
    return of.isServerSide === true && /^v?3\./.test(await version()) ? { ...of, isServerSide: false } : of;
  }
  return {
    version,
    pull: (name, version, repository) => call(pulling(name, version, repository)),
    show: (chart) =>
      call({
        what: `helm show chart of ${chart.from}`,
        remedy: READ_CHART,
        args: (folder) => ['show', 'chart', join(folder, chart.file)],
        files: { [chart.file]: chart.bytes },
        collect: (output) => {
          const facts: unknown = load(output);
          const [name, version, appVersion] = ['name', 'version', 'appVersion'].map((field) =>
            textAt(facts, field),
          );
          return { name: name ?? '', version: version ?? '', appVersion: appVersion ?? '' };
        },
      }),
    render: (move) =>
      call({
        ...moving(move, 'helm template'),
        remedy: 'Nothing was changed. Put right what Helm names: the values of the release, or the chart.',
        args: (folder) => [
          ...['template', move.name, join(folder, move.chart.file), '--namespace', move.namespace],
          // Without a look into the cluster: it has no definitions of the target's kinds yet, and Helm 4 asks for them
          ...['--is-upgrade', '--no-hooks', '--values', '-'],
        ],
        collect: (output) => output,
      }),
    upgrade: async (move) => {
      const known = await knownTo(move);
      return call({
        ...moving(move, 'helm upgrade'),
        remedy: `Put right what Helm names, and run with the values of the release: ${upgradeCommand(known)}`,
        args: (folder) => upgradeArguments(known, join(folder, move.chart.file), '-'),
        collect: () => undefined,
      });
    },
    rollback: async (to) => {
      const known = await knownTo(to);
      return call({
        what: `helm rollback of ${to.namespace}/${to.name} to revision ${to.revision}`,
        remedy: `Put right what Helm names, and run: ${rollbackCommand(known)}`,
        args: () => rollbackArguments(known),
        collect: () => undefined,
      });
    },
  };
}

/** What every call with a chart and values has. JSON is YAML. */
function moving(
  { name, namespace, chart, values }: HelmMove,
  command: string,
): Pick<HelmCall<never>, 'what' | 'files' | 'input' | 'secrets'> {
  return {
    what: `${command} of ${namespace}/${name} with ${chart.file}`,
    files: { [chart.file]: chart.bytes },
    input: JSON.stringify(values),
    secrets: secretTexts(values),
  };
}

function pulling(name: string, version: string, repository: string): HelmCall<Chart> {
  const file = `${name}-${version}.tgz`;
  return {
    what: `helm pull of ${file} from ${repository}`,
    remedy: `Make ${repository} reachable, or put the chart into a directory as ${version}/${file} and name the directory in the input manifests.`,
    args: (folder) => ['pull', name, '--version', version, '--repo', repository, '--destination', folder],
    collect: (_, folder) => ({
      file,
      bytes: readFileSync(join(folder, file)),
      from: `${repository}/${file}`,
    }),
  };
}
