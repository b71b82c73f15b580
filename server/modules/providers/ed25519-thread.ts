// Checks Ed25519 signatures by libsodium, off the thread that serves requests. Each message is a packed batch.
import { parentPort } from 'node:worker_threads';
import sodium from 'sodium-native';
import { unpack } from './ed25519-batch.ts';

parentPort!.on('message', (packed: Uint8Array) => {
  const verdicts = unpack(packed).map(({ publicKey, signature, message }) =>
    Number(sodium.crypto_sign_verify_detached(signature, message, publicKey)),
  );
  parentPort!.postMessage(Uint8Array.from(verdicts));
});
