/** Numbers that a company buys and gives back, and the gigs they are for. */
export { activeNumbers, type NumberFacts } from './facts-store.ts';
export { gigNames } from './gigs-store.ts';
export { listenForNumbers, numberJobs, onNumberOrderEvent } from './jobs.ts';
export { numberRoutes } from './routes.ts';
export { findNumber } from './store.ts';
