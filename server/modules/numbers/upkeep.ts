/** What comparing with the providers, and whoever asks how things stand, need of numbers. */
export { adoptNumber, compareNumbers, findVanished, repairNumber } from './compare.ts';
export { accountsInUse, onlyCompany, orderHealth } from './compare-store.ts';
/** What the start of the demo needs of numbers. */
export { firstGigs } from './gigs.ts';
/** What reports say of each number. */
export { gigsOfNumbers, type NumberGig } from './gigs-store.ts';
