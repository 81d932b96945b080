import type { TestedKubernetes } from '../../src/catalog/types.js';
import type { GitRepository } from './git.js';
import { byVersion, minorOf } from './order.js';
import { parseTestedStatement, type TestedStatement } from './parse-docs.js';
import { calicoTags, docsRefs } from './read-releases.js';

/** A statement as it was published on a day, and where. */
export interface Publication {
  readonly date: string;
  readonly time: number;
  readonly source: string;
  readonly statement: TestedStatement;
}

const PAGE = 'getting-started/kubernetes/requirements';

/** The tested minors of every Calico minor whose statement can be read, oldest Calico first. */
export function deriveTested(calico: GitRepository, docs: GitRepository): TestedKubernetes[] {
  const tags = calicoTags(calico);
  const minors = [...new Set(tags.map(minorOf))].sort(byVersion);
  return minors.flatMap((minor) => {
    const atTags = tags.filter((tag) => minorOf(tag) === minor).flatMap((tag) => readTag(calico, tag));
    const row = summarise(minor, atTags, readDocs(docs, minor));
    return row ? [row] : [];
  });
}

/**
 * One row from what was published of a minor. The copy at the tags stopped being kept up once the docs had moved to
 * a repository of their own: from the docs' first statement on only theirs counts.
 */
export function summarise(
  minor: string,
  atTags: readonly Publication[],
  inDocs: readonly Publication[],
): TestedKubernetes | null {
  const moved = inDocs[0]?.time ?? Infinity;
  const changes: Publication[] = [];
  for (const publication of [...atTags.filter(({ time }) => time < moved), ...inDocs]) {
    if (changes.at(-1)?.statement.kubernetes.join() !== publication.statement.kubernetes.join())
      changes.push(publication);
  }
  const last = changes.at(-1);
  if (!last) return null;
  const newest = inDocs.at(-1) ?? atTags.at(-1) ?? last;
  return {
    calico: minor,
    kubernetes: last.statement.kubernetes,
    worksFrom: newest.statement.worksFrom,
    history: changes.slice(0, -1).map(({ date, statement }) => ({ date, kubernetes: statement.kubernetes })),
    source: last.source,
    date: last.date,
  };
}

function readTag(calico: GitRepository, tag: string): Publication[] {
  const folders = [`${minorOf(tag)}/`, '', 'calico/'];
  for (const path of folders.map((folder) => `${folder}${PAGE}.md`)) {
    const statement = parseTestedStatement(calico.text(tag, path) ?? '');
    const { date, time } = calico.commit(tag);
    if (statement) return [{ date, time, source: `${calico.name}@${tag}:${path}`, statement }];
  }
  return [];
}

/** The docs' statements on a minor, oldest first: those of the default branch, then what archives changed since. */
function readDocs(docs: GitRepository, minor: string): Publication[] {
  const folder = `calico_versioned_docs/version-${minor.slice(1)}`;
  const paths = [`${folder}/_includes/partials/_system-requirements.mdx`, `${folder}/${PAGE}.mdx`];
  const seen = new Set<string>();
  return docsRefs(docs)
    .flatMap((ref) => docs.history(ref, paths))
    .flatMap((commit): Publication[] => {
      if (seen.has(commit.id)) return [];
      seen.add(commit.id);
      for (const path of paths) {
        const statement = parseTestedStatement(docs.text(commit.id, path) ?? '');
        const source = `${docs.name}@${commit.id}:${path}`;
        if (statement) return [{ date: commit.date, time: commit.time, source, statement }];
      }
      return [];
    })
    .sort((a, b) => a.time - b.time);
}
