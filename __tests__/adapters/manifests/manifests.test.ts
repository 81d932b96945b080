import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { download, type DownloadOptions } from '../../../src/adapters/manifests/download.js';
import { createManifestDirectory } from '../../../src/adapters/manifests/manifest-directory.js';
import { createManifestSource } from '../../../src/adapters/manifests/manifest-source.js';
import { createManifestUrl, createUpstreamManifests } from '../../../src/adapters/manifests/manifest-url.js';
import { versionOf } from '../../../src/catalog/queries.js';
import { EnvironmentError, InputError } from '../../../src/errors.js';
import { manifestDirectory } from '../../../test-cluster/ready-made/manifests.js';
import { describeManifestSource } from '../../ports/manifest-source-contract.js';
import { describeWithManifests, needingManifests } from '../../upgrade/customisations/upstream-files.js';
import { type FileServer, startFileServer } from './file-server.js';

function upstreamsFile(release: string): Buffer {
  return readFileSync(join(manifestDirectory(), release, 'crds.yaml'));
}

let root = '';
let server: FileServer;
let waits: number[] = [];
let options: DownloadOptions;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'manifests-'));
  server = await startFileServer();
  waits = [];
  options = {
    timeoutMs: 2000,
    env: {},
    sleep: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  };
});

afterEach(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(join(root, name, '..'), { recursive: true });
  writeFileSync(join(root, name), content);
}

describeWithManifests(needingManifests('a directory'), () => {
  describeManifestSource(() => {
    const file = upstreamsFile('v3.31.7');
    put('m/v3.31.7/crds.yaml', file);
    put('m/v3.30.7/crds.yaml', `${upstreamsFile('v3.30.7').toString()}\n`);
    return Promise.resolve({ source: createManifestDirectory(root, 'm'), text: file.toString() });
  });
});

describeWithManifests(needingManifests('a URL'), () => {
  describeManifestSource(() => {
    const file = upstreamsFile('v3.31.7');
    server.answers.set('/mirror/v3.31.7/crds.yaml', file);
    server.answers.set('/mirror/v3.30.7/crds.yaml', upstreamsFile('v3.30.7').subarray(1));
    return Promise.resolve({
      source: createManifestUrl(`${server.url}/mirror/`, options),
      text: file.toString(),
    });
  });

  test('is asked once for a file', async () => {
    server.answers.set('/v3.31.7/crds.yaml', upstreamsFile('v3.31.7'));
    const source = createManifestUrl(server.url, options);
    await Promise.all([
      source.read(versionOf('v3.31.7'), 'crds.yaml'),
      source.read(versionOf('v3.31.7'), 'crds.yaml'),
    ]);
    expect(server.requests).toEqual(['/v3.31.7/crds.yaml']);
  });

  test('gives files as upstream has them in spite of a busy server', async () => {
    let refusals = 2;
    const file = upstreamsFile('v3.31.7');
    server.answers.set('/v3.31.7/crds.yaml', (_, response) => {
      refusals -= 1;
      if (refusals >= 0) response.writeHead(503).end();
      else response.writeHead(200).end(file);
    });
    const read = await createManifestUrl(server.url, options).read(versionOf('v3.31.7'), 'crds.yaml');
    expect(read.kind).toBe('text');
    expect(waits).toEqual([500, 1000]);
  });
});

describe('releases without a digest', () => {
  test('are read from a directory, and nobody vouches for them', async () => {
    put('m/v3.22.0/calico.yaml', 'a: 1');
    const source = createManifestDirectory(root, 'm');
    await expect(source.read(versionOf('v3.22.0'), 'calico.yaml')).resolves.toMatchObject({
      kind: 'text',
      text: 'a: 1',
      isVerified: false,
    });
  });

  test.each([
    ['a URL', () => createManifestUrl(server.url, options)],
    ['upstream', () => createUpstreamManifests(options)],
  ])('are never read from %s, which is not even asked', async (_, build) => {
    const read = await build().read(versionOf('v3.22.0'), 'calico.yaml');
    expect(read).toMatchObject({ kind: 'none', reason: 'no-digest' });
    expect(read.kind === 'none' && read.remedy).toContain('v3.22.0/calico.yaml');
    expect(server.requests).toEqual([]);
  });
});

test('a file that the release never had is not asked for', async () => {
  const read = await createManifestUrl(server.url, options).read(versionOf('v3.31.7'), 'calico-v3-crds.yaml');
  expect(read).toMatchObject({ kind: 'none', message: 'Calico v3.31.7 has no file calico-v3-crds.yaml.' });
  expect(server.requests).toEqual([]);
});

describe('a directory', () => {
  test.each([
    ['that is not there', 'missing'],
    ['that is a file', 'file'],
  ])('%s is a wrong input', async (_, name) => {
    put('file', 'x');
    const read = createManifestDirectory(root, name).read(versionOf('v3.31.7'), 'crds.yaml');
    await expect(read).rejects.toMatchObject({ name: 'InputError', input: 'manifests' });
  });

  test('with a link that leads out of it is refused', async () => {
    put('outside/calico.yaml', 'secret');
    mkdirSync(join(root, 'm/v3.22.0'), { recursive: true });
    symlinkSync(join(root, 'outside/calico.yaml'), join(root, 'm/v3.22.0/calico.yaml'));
    const read = createManifestDirectory(root, 'm').read(versionOf('v3.22.0'), 'calico.yaml');
    await expect(read).rejects.toBeInstanceOf(InputError);
  });

  test('with a folder in the place of the file, or a file that is too large, says so', async () => {
    mkdirSync(join(root, 'm/v3.22.0/calico.yaml'), { recursive: true });
    put('m/v3.31.7/crds.yaml', 'x'.repeat(400_000));
    const source = createManifestDirectory(root, 'm');
    await expect(source.read(versionOf('v3.22.0'), 'calico.yaml')).rejects.toThrow('cannot be read');
    await expect(source.read(versionOf('v3.31.7'), 'crds.yaml')).rejects.toThrow('larger than upstream');
  });
});

describe('a download', () => {
  const fetchFile = (path = '/f', maxBytes = 100): Promise<Uint8Array | null> =>
    download(new URL(`${server.url}${path}`), maxBytes, options);

  test('gives bytes, and null where there is no file', async () => {
    server.answers.set('/f', Uint8Array.of(1, 2));
    expect([...((await fetchFile()) ?? [])]).toEqual([1, 2]);
    expect(await fetchFile('/none')).toBeNull();
  });

  test('follows a redirect on the same host', async () => {
    server.answers.set('/f', (_, response) => response.writeHead(302, { location: '/g' }).end());
    server.answers.set('/g', Uint8Array.of(7));
    expect([...((await fetchFile()) ?? [])]).toEqual([7]);
  });

  test.each(['http://localhost:1/g', 'https://127.0.0.1/g', 'file:///etc/passwd', 'http://127.0.0.1:1/g'])(
    'does not follow a redirect to %s',
    async (location) => {
      server.answers.set('/f', (_, response) => response.writeHead(302, { location }).end());
      await expect(fetchFile()).rejects.toThrow('redirects to another host or protocol');
      expect(waits).toEqual([]);
    },
  );

  test('does not follow redirects for ever', async () => {
    server.answers.set('/f', (_, response) => response.writeHead(302, { location: '/f' }).end());
    await expect(fetchFile()).rejects.toThrow('again and again');
  });

  test('stops reading what is larger than upstream’s file', async () => {
    server.answers.set('/f', (_, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
      };
      response.on('drain', more);
      more();
    });
    await expect(fetchFile()).rejects.toThrow('larger than upstream’s file (100 bytes)'.replace('’', "'"));
  });

  test('tries again after broken connections and half answers, and gives up with the reason', async () => {
    let attempts = 0;
    server.answers.set('/f', (request, response) => {
      attempts += 1;
      if (attempts === 1) request.socket.destroy();
      else {
        response.writeHead(200, { 'content-length': '10' });
        response.write('half');
        setTimeout(() => request.socket.destroy(), 20);
      }
    });
    const failure = await fetchFile().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EnvironmentError);
    expect(failure).toMatchObject({
      message: expect.stringContaining('4 attempts'),
      remedy: expect.stringContaining('HTTPS_PROXY'),
    });
    expect([attempts, waits]).toEqual([4, [500, 1000, 2000]]);
  });

  test('does not wait for ever', async () => {
    server.answers.set('/f', () => undefined);
    const impatient = { ...options, timeoutMs: 50 };
    await expect(download(new URL(`${server.url}/f`), 100, impatient)).rejects.toThrow(
      'no answer within 0.05 s',
    );
  });

  test('takes a refusal for an answer', async () => {
    server.answers.set('/f', (_, response) => response.writeHead(403).end());
    await expect(fetchFile()).rejects.toThrow('answers with 403');
    expect(server.requests).toEqual(['/f']);
  });
});

describe('the input manifests', () => {
  const sourceOf = (input: string): string => createManifestSource(input, root, {}).description;

  test.each([
    ['', 'upstream (https://raw.githubusercontent.com/projectcalico/calico)'],
    ['vendor/calico', 'the directory vendor/calico'],
    ['/srv/calico', 'the directory /srv/calico'],
    ['https://mirror.example.com/calico/', 'https://mirror.example.com/calico'],
  ])('%j is %s', (input, description) => {
    expect(sourceOf(input)).toBe(description);
  });

  test.each([
    ['ftp://x/y', 'is no http or https URL'],
    ['https://user:secret@x/y', 'holds a user or a password'],
    ['https://x/y?token=secret', 'has a query'],
  ])('%s is refused, and never shown', (input, problem) => {
    expect(() => sourceOf(input)).toThrow(problem);
    expect(() => sourceOf(input)).not.toThrow('secret');
  });
});
