import type { Finding } from '../../findings/finding.js';
import type { Workspace } from '../../ports/workspace.js';
import { formatMinor, formatVersion } from '../../version/version.js';
import type { Judgement } from '../judge-workspace.js';
import { type FoundIn, MAX_FILE_BYTES, type ScannedFile } from '../scan.js';
import { toFinding } from './judge.js';

interface ChangeInput {
  readonly head: Judgement;
  readonly base: Judgement;
  readonly headWorkspace: Workspace;
  readonly baseWorkspace: Workspace;
  /** Changed files. */
  readonly paths: ReadonlySet<string>;
}

/** Manifests in which a change moves Calico's image tags to another minor and touches nothing else. */
export function judgeImageOnlyChange({
  head,
  base,
  headWorkspace,
  baseWorkspace,
  paths,
}: ChangeInput): readonly Finding[] {
  const before = new Map(base.files.map((file) => [file.path, file]));
  return head.files.flatMap((file) => {
    const old = before.get(file.path);
    const [now] = imagesOf(file);
    const [then] = old ? imagesOf(old) : [];
    if (!paths.has(file.path) || !holdsInstall(file) || !now?.version || !then?.version) return [];
    if (formatMinor(now.version) === formatMinor(then.version)) return [];
    const bare = withoutTags(headWorkspace, file);
    if (bare === null || !old || bare !== withoutTags(baseWorkspace, old)) return [];
    const cluster = head.clusters.find(({ scope }) => scope.files.has(file.path))?.view.name ?? null;
    return toFinding(cluster, {
      code: 'image-only-bump',
      message: `This change moves the images from ${formatVersion(then.version)} to ${formatVersion(now.version)} and leaves the rest of the manifest as it was.`,
      remedy: `Replace the file with upstream’s manifest of ${formatVersion(now.version)} and carry your own changes over.`,
      location: now.location,
      source: 'https://github.com/projectcalico/calico/issues/4911',
      key: formatVersion(now.version),
    });
  });
}

function imagesOf(file: ScannedFile): readonly FoundIn[] {
  return file.found.filter(
    ({ component, subject, version }) =>
      component === 'calico' && subject.kind === 'image' && version !== null,
  );
}

/** Whether the file is a manifest with RBAC or workloads of Calico in it, rather than a list of images. */
function holdsInstall({ facts }: ScannedFile): boolean {
  return facts.some(
    (fact) => fact.kind === 'object' && ['DaemonSet', 'ClusterRole'].includes(fact.objectKind),
  );
}

function withoutTags(workspace: Workspace, file: ScannedFile): string | null {
  const bytes = workspace.read(file.path, MAX_FILE_BYTES);
  if (typeof bytes === 'string') return null;
  const text = new TextDecoder().decode(bytes);
  const images = [...imagesOf(file)].sort((a, b) => a.offset - b.offset);
  let end = 0;
  const parts = images.map((image) => {
    const part = text.slice(end, image.versionOffset);
    end = image.offset + image.text.length;
    return part;
  });
  return [...parts, text.slice(end)].join('…');
}
