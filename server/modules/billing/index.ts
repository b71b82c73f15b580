/** What things cost until the provider says so, and what may be spent. */
export { budgetsStop } from './budgets-store.ts';
export { billingJobs } from './jobs.ts';
export { CALL_MINUTES_HELD } from './model.ts';
export { openPriceList, type PriceList } from './prices.ts';
export { billingRoutes } from './routes.ts';
export { budgetRefusals, requireBudget, type Wanted } from './stop.ts';
