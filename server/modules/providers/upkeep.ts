/** What the person who runs the installation needs: checks of doors and accounts, rotation of keys. */
export { type DoorProbe, isTelnyxKeyUsable, probeDoor, probeTwilioDoor, tryInstallation } from './checks.ts';
export { reviewEvents } from './events-review.ts';
export { reviewAccountSecrets } from './secrets.ts';
