/** What the demo fills a new company with. */
export { firstGigs } from './gigs.ts';
