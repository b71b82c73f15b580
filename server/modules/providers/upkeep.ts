/** What the person who runs the installation needs: checks of doors and accounts, rotation of keys. */
export { type DoorProbe, isTelnyxKeyUsable, probeDoor, probeTwilioDoor, tryInstallation } from './checks.ts';
export { allAccounts, comparableAccounts } from './compared.ts';
export { reviewEvents } from './events-review.ts';
export { OUTCOMES } from './failure.ts';
export { type ProviderHealth, providerHealth } from './health.ts';
export { PROVIDERS } from './port.ts';
export { reviewAccountSecrets } from './secrets.ts';
