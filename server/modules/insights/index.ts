/** What happened, counted: the dashboard, reports, and the figures behind them. */
export { insightsJobs } from './jobs.ts';
export { insightsRoutes } from './routes.ts';
