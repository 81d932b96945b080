import { describeArtifactStore } from './artifact-store-contract.js';
import { createFakeArtifactStore } from './fake-artifact-store.js';

const run = { repository: 'o/r', runId: 7 };

describeArtifactStore('a fake store of artifacts', () =>
  Promise.resolve({ store: createFakeArtifactStore(run), run }),
);
