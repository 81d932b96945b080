import { Collector } from '../collector.js';
import { describesOnly } from '../described.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';
import { type Assignment, findAssignments } from '../../text/assignments.js';
import { createValueReader } from '../../text/templates.js';
import { parseVersion, withoutDigest } from '../../version/version.js';
import { classifyVariableName, componentOfVariable } from '../../version/variable-name.js';
import { readKubectl } from './kubectl.js';

const readVersion = createValueReader(String.raw`[\w.+~*/-]`);
/** The rest of a command, over continued lines. */
const ARGUMENTS = String.raw`(?:[^\n\\]|\\\r?\n){0,1000}?`;

/** Commands and package lists that say the Kubernetes version without a variable, up to the version. */
const PHRASES: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  // kubelet=1.29.0-00, kubeadm=${VERSION}, kubelet-1.29.0-0
  {
    name: 'package',
    pattern: phrase(String.raw`(?<![\w./-])kube(?:let|adm)(?:=|-(?=v?\d|\$|\{\{))["']?`),
  },
  {
    name: 'eksctl',
    pattern: phrase(
      String.raw`\beksctl[ \t]+(?:create|upgrade)[ \t]+(?:cluster|nodegroup)\b${ARGUMENTS}[ \t]--version[= \t]+["']?`,
    ),
  },
  {
    name: 'doctl',
    pattern: phrase(
      String.raw`\b(?:doctl|civo)[ \t]+kubernetes[ \t]+(?:cluster[ \t]+)?(?:create|upgrade)\b${ARGUMENTS}[ \t]--version[= \t]+["']?`,
    ),
  },
  {
    name: 'gcloud',
    pattern: phrase(String.raw`[ \t"']--(?:cluster-version|release-version|master-version)[= \t]+["']?`),
  },
  {
    name: 'snap',
    pattern: phrase(
      String.raw`\bsnap[ \t]+(?:install|refresh)[ \t]+(?:-\S{1,40}[ \t]+){0,4}(?:microk8s|k8s|kubelet|kubeadm|kube-\w{1,30})\b[^\n]{0,200}?--channel[= \t]+["']?`,
    ),
  },
  { name: 'talosctl', pattern: phrase(String.raw`\bupgrade-k8s\b${ARGUMENTS}[ \t]--to[= \t]+["']?`) },
];

/** Tools that check files against an API, and change no cluster. */
const CHECKERS =
  /\b(?:kubeconform|kubeval|kubepug|kube-linter|kube-score|pluto|datree|polaris|helm|kubent|setup-envtest)\b/;
const CHECKER_FILE = /(?:^|[._-])(?:kubeconform|kubeval|kubepug|pluto|datree|kubent|envtest)/i;
const LONGEST_COMMAND = 600;

/** A relative path of a configuration file, below a folder that a variable or a command may name. */
const PATH =
  /(?<![\w./:@%$}-])(?:\$(?:\{?\w{1,80}\}?|\([^()\n]{1,80}\))\/)?(?:[\w.-]+\/)*[\w.-]+\.(?:ya?ml|json|sh|env|tfvars)(?![\w/])/g;

/**
 * Shell, Make, Dockerfiles, dotenv and their like, in files of their own or inside others: variables, package pins,
 * flags, and what `kubectl apply` applies and how.
 */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  const code = file.code();
  if (code.trim() === '') return collector;
  if (!describesOnly(file.path) && !CHECKER_FILE.test(file.path.slice(file.path.lastIndexOf('/') + 1))) {
    for (const assignment of findAssignments(code)) readAssignment(assignment, code, collector);
  }
  for (const { name, pattern } of PHRASES) {
    for (const match of code.matchAll(pattern)) {
      const offset = match.index + match[0].length;
      const text = readVersion(code, offset);
      if (text !== '')
        collector.add({ component: 'kubernetes', subject: { kind: 'package', name }, text, offset });
    }
  }
  readKubectl(code, collector);
  for (const match of code.matchAll(PATH)) collector.addReference(match[0], match.index);
  return collector;
}

function readAssignment(
  { name, value, offset, isFlag }: Assignment,
  code: string,
  collector: Collector,
): void {
  const text = withoutDigest(value);
  if (parseVersion(text)) collector.definitions.push({ name, text, offset });
  const subject = classifyVariableName(name);
  if (!subject || (isFlag && CHECKERS.test(commandBefore(code, offset)))) return;
  // The first word of a quoted text is no version, unless it looks like one: "latest stable of the line"
  const isQuoted = /["']/.test(code[offset - 1] ?? '');
  if (isQuoted && /\s/.test(code[offset + value.length] ?? '') && !parseVersion(text)) return;
  collector.add({
    component: componentOfVariable(subject, value),
    subject: { kind: 'variable', name },
    text: value,
    offset,
  });
}

/** The command up to a place in it, over continued lines. */
function commandBefore(code: string, offset: number): string {
  const before = code
    .slice(Math.max(0, offset - LONGEST_COMMAND), offset)
    .replaceAll('\\\r\n', ' ')
    .replaceAll('\\\n', ' ');
  return before.slice(before.lastIndexOf('\n') + 1);
}

function phrase(source: string): RegExp {
  return new RegExp(source, 'g');
}
