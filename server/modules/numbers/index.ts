/** Numbers that a company buys and gives back, and the gigs they are for. */
export { createGig, firstGig } from './gigs.ts';
export { numberJobs, onGroupReviewed, onNumberOrderEvent } from './jobs.ts';
export { numberRoutes } from './routes.ts';
export { findNumber } from './store.ts';
