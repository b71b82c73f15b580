import type { ErrorSpec } from './spec.ts';

/** Errors of providers and of their webhooks. */
export const providers = {
  provider_not_configured: {
    status: 409,
    en: 'No {provider} account is configured: add one under Settings, Provider accounts.',
    fr: "Aucun compte {provider} n'est configuré : ajoutez-en un dans Réglages, Comptes fournisseurs.",
  },
  provider_unauthorized: {
    status: 502,
    en: '{provider} refused the credentials: check the provider account.',
    fr: '{provider} a refusé les identifiants : vérifiez le compte fournisseur.',
  },
  provider_rejected: {
    status: 400,
    en: '{provider} refused the request: {reason}',
    fr: '{provider} a refusé la requête : {reason}',
  },
  provider_error: {
    status: 500,
    en: 'Communication with {provider} failed: {reason}',
    fr: 'Erreur de communication avec {provider} : {reason}',
  },
  provider_timeout: {
    status: 504,
    en: '{provider} did not answer in time: the outcome is being looked up.',
    fr: "{provider} n'a pas répondu à temps : le résultat est en cours de vérification.",
  },
  provider_rate_limited: {
    status: 503,
    en: '{provider} is limiting our requests: try again in {seconds} s.',
    fr: '{provider} limite nos requêtes : réessayez dans {seconds} s.',
  },
  signature_missing: {
    status: 401,
    en: 'The webhook carries no signature.',
    fr: 'Le webhook ne porte pas de signature.',
  },
  signature_invalid: {
    status: 401,
    en: 'The webhook signature does not match.',
    fr: 'La signature du webhook ne correspond pas.',
  },
  signature_stale: {
    status: 401,
    en: 'The webhook is older than five minutes, or from the future: check the clock.',
    fr: "Le webhook a plus de cinq minutes, ou vient du futur : vérifiez l'horloge.",
  },
} as const satisfies Record<string, ErrorSpec>;
