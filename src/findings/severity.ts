/** How bad a finding is. */
export type Severity = 'error' | 'warning' | 'notice';

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'notice'];
