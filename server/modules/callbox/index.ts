/** Devices with SIM cards in the field, the transactions they carry out, and the money on their SIMs. */
export { findBoxCaller } from './callers.ts';
export { countEndedAnew, ENDED_GROUPS, type EndedCount, type EndedGroup, endedBy } from './counts-store.ts';
export { type Dispatcher, startDispatcher } from './dispatcher.ts';
export { callboxJobs } from './jobs.ts';
export { type FleetOverview, fleetOverview } from './overview.ts';
export { callboxRoutes } from './routes.ts';
