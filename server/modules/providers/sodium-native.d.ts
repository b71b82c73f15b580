/** The part of sodium-native that is used here; the package brings no types. */
declare module 'sodium-native' {
  const sodium: {
    crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
    /** Whether 32 bytes are a point of the curve that can be a public key. */
    crypto_core_ed25519_is_valid_point(point: Uint8Array): boolean;
  };
  export default sodium;
}
