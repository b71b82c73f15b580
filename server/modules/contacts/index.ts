/** The people whom a company talks to, and their numbers. */
export { ensureContacts, type KnownPhone } from './ensure.ts';
export { contactNames, contactsByIds, linkPhone, searchContactIds } from './links.ts';
export { contactRoutes } from './routes.ts';
export type { ContactName } from './store.ts';
export { type ContactRef, maskPhone } from './views.ts';
