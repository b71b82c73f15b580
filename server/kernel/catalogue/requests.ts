import type { ErrorSpec } from './spec.ts';

/** Errors of requests as such, whatever they are about. */
export const requests = {
  invalid_request: {
    status: 400,
    en: 'The request is not valid: {reason}',
    fr: "La requête n'est pas valide : {reason}",
  },
  invalid_json: { status: 400, en: 'The body is not valid JSON.', fr: "Le corps n'est pas du JSON valide." },
  unsupported_media_type: {
    status: 415,
    en: 'This content type is not accepted here: send {expected}.',
    fr: "Ce type de contenu n'est pas accepté ici : envoyez {expected}.",
  },
  body_too_large: {
    status: 413,
    en: 'The body is too large: {limit} at most.',
    fr: 'Le corps est trop volumineux : {limit} au plus.',
  },
  not_found: { status: 404, en: 'There is no such {what}.', fr: 'Introuvable : {what}.' },
  route_not_found: {
    status: 404,
    en: 'There is no such address. See /api/docs for the API.',
    fr: "Cette adresse n'existe pas. Voir /api/docs pour l'API.",
  },
  conflict: { status: 409, en: '{reason}', fr: '{reason}' },
  rate_limited: {
    status: 429,
    en: 'Too many requests: try again in {seconds} s.',
    fr: 'Trop de requêtes : réessayez dans {seconds} s.',
  },
  internal: {
    status: 500,
    en: 'Something failed on our side. The request id helps to find it in the logs.',
    fr: "Une erreur s'est produite de notre côté. L'identifiant de requête aide à la retrouver dans les journaux.",
  },
  unavailable: {
    status: 503,
    en: 'The server is starting or stopping: try again in a moment.',
    fr: "Le serveur démarre ou s'arrête : réessayez dans un instant.",
  },
} as const satisfies Record<string, ErrorSpec>;
