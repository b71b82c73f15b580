import type { ErrorSpec } from './spec.ts';

/** Errors of recordings and voicemails, and of the store that keeps their files. */
export const recordings = {
  recording_pending: {
    status: 409,
    en: 'This recording is still being fetched from the provider: try again in a moment.',
    fr: "Cet enregistrement est encore en cours de récupération chez l'opérateur : réessayez dans un instant.",
  },
  recording_failed: {
    status: 409,
    en: 'There is nothing to hear: this recording could not be kept. Its entry says why.',
    fr: "Il n'y a rien à écouter : cet enregistrement n'a pas pu être conservé. Sa fiche dit pourquoi.",
  },
  recording_deleted: {
    status: 410,
    en: 'This recording has been deleted.',
    fr: 'Cet enregistrement a été supprimé.',
  },
  recording_on_hold: {
    status: 409,
    en: 'This recording is on legal hold and cannot be deleted: {reason}',
    fr: 'Cet enregistrement est sous conservation légale et ne peut pas être supprimé : {reason}',
  },
  recording_link_expired: {
    status: 410,
    en: 'This link has expired or is not whole: play the recording again.',
    fr: "Ce lien a expiré ou n'est pas complet : relancez l'écoute de l'enregistrement.",
  },
  range_not_satisfiable: {
    status: 416,
    en: 'The file ends before the part that was asked for: it has {size} bytes.',
    fr: 'Le fichier se termine avant la partie demandée : il compte {size} octets.',
  },
  file_damaged: {
    status: 500,
    en: 'The file is damaged or missing where it was kept.',
    fr: 'Le fichier est endommagé ou manquant là où il était conservé.',
  },
  storage_unavailable: {
    status: 503,
    en: 'The place where files are kept does not answer: try again in a moment.',
    fr: "L'espace où les fichiers sont conservés ne répond pas : réessayez dans un instant.",
  },
} as const satisfies Record<string, ErrorSpec>;
