/** Calls: how they sound, and whom they wake. */
export { pushJobs, pushRoutes } from './push.ts';
export { qualityJobs, qualityRoutes } from './quality.ts';
