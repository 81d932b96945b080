import type { Severity } from '../../findings/severity.js';
import type { Weight } from '../../upgrade/preflight/preflight.js';

/** The severity that a weight has for `fail-on`: what stops is an error, unless `force` lets it pass. */
export function severityOf(weight: Weight, force: boolean): Severity {
  switch (weight) {
    case 'mandatory':
      return 'error';
    case 'skippable':
      return force ? 'warning' : 'error';
    case 'warning':
      return 'warning';
    case 'notice':
      return 'notice';
  }
}
