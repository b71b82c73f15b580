/** Paperwork: what countries ask for before they let a company have a number, and the company's answers. */
export { type Paperwork, paperworkFor, reopenGroup, submissionTime } from './groups.ts';
export { complianceJobs, onBundleEvent } from './jobs.ts';
export { complianceRoutes } from './routes.ts';
