import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Bytes of the files below dist that a run loads, as V8's own list of scripts has them. */
async function loadedBytes(
  dist: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const coverage = mkdtempSync(join(tmpdir(), 'coverage-'));
  const child = spawn(process.execPath, [join(dist, 'index.js'), ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env, NODE_V8_COVERAGE: coverage },
    stdio: 'ignore',
  });
  await new Promise((resolve) => child.on('exit', resolve));
  const scripts = new Set<string>();
  for (const name of readdirSync(coverage)) {
    const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8')) as {
      readonly result: readonly { readonly url: string }[];
    };
    for (const { url } of result)
      if (url.startsWith('file://') && fileURLToPath(url).startsWith(dist)) scripts.add(fileURLToPath(url));
  }
  rmSync(coverage, { recursive: true });
  return [...scripts].reduce((sum, path) => sum + statSync(path).size, 0);
}

/** Bytes of JavaScript that `check` loads on a terminal, in a workflow, and in a workflow on a pull request. */
export async function measureLoadedCode(
  dist: string,
  path: string,
): Promise<readonly { readonly where: string; readonly bytes: number }[]> {
  const folder = mkdtempSync(join(tmpdir(), 'loaded-'));
  const event = join(folder, 'event.json');
  writeFileSync(
    event,
    JSON.stringify({
      pull_request: {
        number: 1,
        changed_files: 0,
        base: { sha: 'a'.repeat(40) },
        head: { sha: 'b'.repeat(40), repo: { full_name: 'o/r' } },
      },
    }),
  );
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end('[]'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const reports = { 'INPUT_REPORT-DIR': join(folder, 'report') };
  const workflow = { ...reports, GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: process.cwd(), INPUT_PATH: path };
  const pullRequest = {
    ...workflow,
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: event,
    GITHUB_REPOSITORY: 'o/r',
    GITHUB_API_URL: `http://127.0.0.1:${port}`,
    'INPUT_GITHUB-TOKEN': 'none',
  };
  const measured = [
    {
      where: 'terminal',
      bytes: await loadedBytes(
        dist,
        ['--mode', 'check', '--path', path, '--report-dir', join(folder, 'report')],
        {},
      ),
    },
    { where: 'workflow', bytes: await loadedBytes(dist, [], workflow) },
    { where: 'workflow, on a pull request', bytes: await loadedBytes(dist, [], pullRequest) },
  ];
  server.close();
  rmSync(folder, { recursive: true });
  return measured;
}
