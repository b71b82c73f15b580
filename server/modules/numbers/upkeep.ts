/** What the demo fills a new company with. */

/** What comparing with the providers, and whoever asks how things stand, need of numbers. */
export { adoptNumber, compareNumbers, findVanished, repairNumber } from './compare.ts';
export { accountsInUse, onlyCompany, orderHealth } from './compare-store.ts';
export { firstGigs } from './gigs.ts';
