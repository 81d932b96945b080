import { Collector } from '../collector.js';
import type { Extraction } from '../detector.js';
import type { SourceFile } from '../source-file.js';

/** Image references of Calico, the operator and Kubernetes, wherever they stand in a text file. */
export function extract(file: SourceFile): Extraction {
  const collector = new Collector();
  collector.addImages(file.code(), 0);
  return collector;
}
