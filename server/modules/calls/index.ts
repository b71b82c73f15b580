/** Calls: in progress. */
export { recordingJobs, recordingRoutes } from './recordings.ts';
