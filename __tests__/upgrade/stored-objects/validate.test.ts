import { beforeAll, expect, test } from '@jest/globals';
import { createClusterClient } from '../../../src/adapters/kubernetes/cluster-client.js';
import { validateStoredObject } from '../../../src/upgrade/stored-objects/validate.js';
import type { KubernetesObject } from '../../../src/ports/cluster-client.js';
import { installObjects } from '../../../test-cluster/ready-made/install-objects.js';
import { readManifest } from '../../../test-cluster/ready-made/manifests.js';
import { describeWithCluster } from '../../../test-cluster/jest.js';
import { describeWithManifests, needingManifests } from '../customisations/upstream-files.js';
import { STORED_CASES } from './objects.js';

const RELEASE = 'v3.32.1';

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
  });
});
