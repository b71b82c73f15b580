/** What the person who runs the installation needs: the rotation of keys. */
export { reviewPushSecrets } from './push-secrets.ts';
