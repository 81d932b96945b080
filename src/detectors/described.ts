const DESCRIPTIONS =
  /(?:^|\/)Chart\.(?:ya?ml|lock)(?:\.\w+)?$|\.schema\.json$|(?:^|\/)schemas?\/.{1,200}\.json$|(?:^|\/)(?:questions|argument_specs)\.ya?ml$/;

/**
 * Whether a file only says what could be: a chart's `kubeVersion` is what it can run on, a schema's and a form's values
 * are examples. Its variables hold no version of any cluster.
 */
export function describesOnly(path: string): boolean {
  return DESCRIPTIONS.test(path);
}
