/** What the start of the demo needs of numbers. */
export { firstGigs } from './gigs.ts';
