/** Removes what runs of tests have left that were killed; the run that begins is the parent of this process. */
import { removeAbandonedRuns } from './test-run.js';

removeAbandonedRuns(process.ppid);
