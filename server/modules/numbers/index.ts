/** Numbers that a company buys and gives back, and the gigs they are for. */
export { gigNames } from './gigs-store.ts';
export { listenForNumbers, numberJobs, onNumberOrderEvent } from './jobs.ts';
export { numberRoutes } from './routes.ts';
export { activeNumbers, findNumber, type NumberFacts } from './store.ts';
