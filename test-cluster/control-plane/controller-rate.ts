/**
 * How often controller manager and scheduler may ask the API server: 500 times a second, so that no test waits for them,
 * or as often as where nobody says otherwise, 20 and 50 times.
 *
 * @see https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/ `--kube-api-qps`
 */
export type ControllerRate = 'raised' | 'default';
