import type { Detector } from '../detector.js';
import { extract } from './extract.js';

const FOLDER =
  /(?:^|\/)(?:group_vars|host_vars|inventor(?:y|ies)|roles|playbooks?|ansible|molecule|kubespray)\//i;
const YAML_NAME = /\.(?:ya?ml|json)(?:\.\w+)?$/i;

export const ansible: Detector = {
  format: 'ansible',
  hint: String.raw`[_.-]?(?:version|ver|tag|release|channel)s?\b`,
  matches: (path) =>
    (FOLDER.test(path) && YAML_NAME.test(path)) ||
    /(?:^|\/)(?:group_vars|host_vars)\/(?:[^./]+\/)?[^./]+$/.test(path) ||
    /(?:^|\/)(?:all|k8s-cluster|k8s_cluster|playbook|site|vars)\.ya?ml$/.test(path),
  extract,
};
