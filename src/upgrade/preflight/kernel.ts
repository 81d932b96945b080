import { parseVersion, type Version } from '../../version/version.js';

/** The numbers that a kernel's release (`6.8.0-31-generic`) begins with; null where it begins with none. */
export function kernelVersion(release: string): Version | null {
  return parseVersion(/^\d+\.\d+(?:\.\d+)?/.exec(release)?.[0] ?? '');
}
