import { beforeAll, expect, test } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { validateStoredObject } from '../../../src/upgrade/stored-objects/validate.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { installObjects } from '../../../test-cluster/ready-made/install-objects.js';
import { readManifest } from '../../../test-cluster/ready-made/manifests.js';
import type { ApiClient } from '../../../test-cluster/api-client.js';
import { describeWithCluster } from '../../../test-cluster/jest.js';
import { eventually } from '../../test-cluster/eventually.js';
import { describeWithManifests, needingManifests } from '../customisations/upstream-files.js';
import { STORED_CASES } from './objects.js';

const RELEASE = 'v3.32.1';
const GROUP = 'crd.projectcalico.org/v1';

function definitionOf(kind: string): KubernetesObject {
  const definition = readManifest(RELEASE, 'crds.yaml').find(
    ({ spec }) => (spec as { names: { kind: string } }).names.kind === kind,
  );
  return definition ?? { apiVersion: '', kind: '', metadata: { name: kind } };
}

describeWithManifests(needingManifests(`stored objects against the CRDs of ${RELEASE}`), () => {
  test.each(STORED_CASES)('$title', ({ object, problems }) => {
    const found = validateStoredObject(object, definitionOf(object.kind));
    const seen = new Set(found.map(({ field, kind }) => `${kind} ${field}`));
    expect([...seen]).toEqual(problems.map(([field, kind]) => `${kind} ${field}`));
  });

  test('messages name what is allowed, and rules speak upstream’s words', () => {
    const messagesOf = (title: string): string[] => {
      const found = STORED_CASES.find((one) => one.title === title);
      return found
        ? validateStoredObject(found.object, definitionOf(found.object.kind)).map(({ message }) => message)
        : [];
    };
    expect(messagesOf('bpfRedirectToPeer: L2Only')).toEqual(['It must be one of "Enabled", "Disabled".']);
    expect(messagesOf('a pool without a network')).toEqual(['It is required.']);
    expect(messagesOf('fields of pools that 3.32 removed')[0]).toBe(
      'The schema does not have it: the next write loses it.',
    );
    expect(messagesOf('HTTP in a rule that denies')[0]).toMatch(/Allow/);
  });

  test('no rule of a Calico CRD is left unchecked', () => {
    const unchecked = STORED_CASES.flatMap(({ object }) =>
      validateStoredObject(object, definitionOf(object.kind)).filter(({ kind }) => kind === 'unchecked'),
    );
    expect(unchecked).toEqual([]);
  });

  test('an object of a version that the CRD does not have is invalid', () => {
    const object = { apiVersion: 'crd.projectcalico.org/v9', kind: 'IPPool', metadata: { name: 'x' } };
    expect(validateStoredObject(object, definitionOf('IPPool'))).toMatchObject([
      { kind: 'invalid', field: '' },
    ]);
  });
});

describeWithManifests(needingManifests('stored objects'), () => {
  describeWithCluster('in a real API server', { controllers: false, own: true }, (cluster) => {
    beforeAll(async () => {
      const client = await createClusterClient(cluster().kubeconfig, null);
      await installObjects(client, readManifest(RELEASE, 'crds.yaml'), { command: 'apply --server-side' });
    }, 90_000);

    test.each(STORED_CASES)('agrees on $title', async ({ object, problems }) => {
      const { names } = definitionOf(object.kind)['spec'] as { names: { plural: string } };
      const path = `/apis/${object.apiVersion}/${names.plural}?dryRun=All&fieldValidation=`;
      const loose = await cluster().api.ask('POST', `${path}Ignore`, object);
      const strict = await cluster().api.ask('POST', `${path}Strict`, object);
      const verdicts = { isRefused: loose.status !== 201, message: JSON.stringify(loose.body) };
      expect(verdicts).toMatchObject({ isRefused: problems.some(([, kind]) => kind === 'invalid') });
      const unknowns = problems
        .filter(([, kind]) => kind === 'unknown')
        .map(([field]) => `unknown field \\"${field}\\"`);
      expect(unknowns.filter((text) => !JSON.stringify(strict.body).includes(text))).toEqual([]);
    });

    test.each<[string, string, Fields, Fields]>([
      ['a value', 'FelixConfiguration', { bpfRedirectToPeer: 'L2Only' }, { logSeverityScreen: 'Warning' }],
      ['items that are there twice', 'GlobalNetworkPolicy', { types: ['Ingress', 'Ingress'] }, { order: 5 }],
      ['a field that an item lacks', 'GlobalNetworkPolicy', { ingress: [{ protocol: 'TCP' }] }, { order: 5 }],
      ['a field that the spec lacks', 'IPPool', { natOutgoing: true }, { disabled: true }],
    ])('agrees on whether an old fault passes: %s', async (_, kind, spec, change) => {
      const { api } = cluster();
      const definition = definitionOf(kind);
      const { names } = definition['spec'] as { names: { plural: string } };
      const path = `/apis/${GROUP}/${names.plural}`;
      const old = `old-${Object.keys(spec).join('-').toLowerCase()}`;
      const object = { apiVersion: GROUP, kind, metadata: { name: old }, spec };
      const status = async (name: string): Promise<number> =>
        (await api.ask('POST', `${path}?dryRun=All`, { ...object, metadata: { name } })).status;
      await replaceDefinition(api, withoutSchemas(definition));
      await eventually(async () => ((await status(old)) === 201 ? true : null));
      await api.call('POST', path, object);
      await replaceDefinition(api, definition);
      await eventually(async () => ((await status('new')) === 422 ? true : null));
      const answer = await api.ask(
        'PATCH',
        `${path}/${old}`,
        { spec: change },
        'application/merge-patch+json',
      );
      const passes = validateStoredObject(object, definition).map(({ passesUnchanged }) => passesUnchanged);
      expect(passes).not.toEqual([]);
      expect(answer.status).toBe(passes.every(Boolean) ? 200 : 422);
    });
  });
});

type Fields = Readonly<Record<string, unknown>>;

/** A definition that takes anything. */
function withoutSchemas(definition: KubernetesObject): KubernetesObject {
  const spec = definition['spec'] as { readonly versions: readonly Fields[] };
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return { ...definition, spec: { ...spec, versions: spec.versions.map((one) => ({ ...one, schema })) } };
}

async function replaceDefinition(api: ApiClient, definition: KubernetesObject): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`;
  const { resourceVersion } = (await api.call<KubernetesObject>('GET', path)).metadata;
  await api.call('PUT', path, { ...definition, metadata: { ...definition.metadata, resourceVersion } });
}
