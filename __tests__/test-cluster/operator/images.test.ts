import { describe, expect, it } from '@jest/globals';
import { chooseImageSet, imageOf, type ImageSource } from '../../../test-cluster/operator/images.js';
import { operatorRelease } from '../../../test-cluster/operator/releases.js';

const release = operatorRelease('v1.36.16');
if (!release) throw new Error('the catalog has v1.36.16');
const source: ImageSource = { release, spec: {}, imageSet: null };
const imageSet = (name: string, digest = 'sha256:1'): Record<string, unknown> => ({
  metadata: { name },
  spec: { images: [{ image: 'calico/node', digest }] },
});

describe('imageOf', () => {
  it.each([
    ['upstream’s registry', {}, 'docker.io/calico/node:v3.29.7'],
    ['upstream’s registry by its name', { registry: 'UseDefault' }, 'docker.io/calico/node:v3.29.7'],
    ['a private registry', { registry: 'registry.example.com/' }, 'registry.example.com/calico/node:v3.29.7'],
    [
      'a private registry with path and prefix',
      { registry: 'registry.example.com/', imagePath: 'mirror', imagePrefix: 'calico-' },
      'registry.example.com/mirror/calico-node:v3.29.7',
    ],
  ])('takes it from %s', (_, spec, image) => {
    expect(imageOf('node', { ...source, spec })).toBe(image);
  });

  it('takes the digest of an ImageSet', () => {
    expect(imageOf('node', { ...source, imageSet: imageSet('calico-v3.29.7') })).toBe(
      'docker.io/calico/node@sha256:1',
    );
  });

  it('refuses an ImageSet without the image', () => {
    const incomplete = { ...source, imageSet: imageSet('calico-v3.29.7') };
    expect(() => imageOf('typha', incomplete)).toThrow('ImageSet did not contain image calico/typha');
  });
});

describe('chooseImageSet', () => {
  it.each([
    ['none is there', [], { found: null, problem: null }],
    ['only Enterprise’s is there', ['enterprise-v3.20.0'], { found: null, problem: null }],
    [
      'only that of another release is there',
      ['calico-v3.28.2'],
      { found: null, problem: 'ImageSets exist but none with the expected name calico-v3.29.7' },
    ],
    [
      'the right one is there',
      ['calico-v3.28.2', 'calico-v3.29.7'],
      { found: imageSet('calico-v3.29.7'), problem: null },
    ],
  ])('decides where %s', (_, names, choice) => {
    const sets = names.map((name) => imageSet(name));
    expect(chooseImageSet(sets, 'v3.29.7')).toEqual(choice);
  });

  it('refuses a digest that is none', () => {
    expect(chooseImageSet([imageSet('calico-v3.29.7', 'v3.29.7')], 'v3.29.7').problem).toBe(
      'ImageSet calico-v3.29.7: bad digest images: calico/node@v3.29.7',
    );
  });
});
