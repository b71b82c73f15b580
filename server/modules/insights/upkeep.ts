/** What the command line needs of figures. */
export { countCompanyAnew } from './jobs.ts';
