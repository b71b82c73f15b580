import type { Language } from '../../kernel/errors.ts';

const SENTENCES = {
  absent: {
    en: 'The provider made no recording: nobody spoke, or it was too short.',
    fr: "L'opérateur n'a rien enregistré : personne n'a parlé, ou c'était trop court.",
  },
  provider_failed: {
    en: 'The recording failed at the provider.',
    fr: "L'enregistrement a échoué chez l'opérateur.",
  },
  too_large: {
    en: 'The recording is larger than RECORDING_MAX_MB: it is still at the provider.',
    fr: "L'enregistrement dépasse RECORDING_MAX_MB : il est encore chez l'opérateur.",
  },
  gone: {
    en: 'The provider no longer has this recording.',
    fr: "L'opérateur n'a plus cet enregistrement.",
  },
  not_audio: {
    en: 'What the provider sent is no sound file.',
    fr: "Ce que l'opérateur a envoyé n'est pas un fichier audio.",
  },
  unreachable: {
    en: 'The provider did not give out the recording for a day: it may still have it.',
    fr: "L'opérateur n'a pas remis l'enregistrement pendant un jour : il l'a peut-être encore.",
  },
  storage_failed: {
    en: 'The recording could not be kept for a day: look at where files are stored. The provider may still have it.',
    fr: "L'enregistrement n'a pas pu être conservé pendant un jour : vérifiez l'espace de stockage. L'opérateur l'a peut-être encore.",
  },
} as const satisfies Record<string, Record<Language, string>>;

/** Why there is nothing to hear. */
export type FailureCode = keyof typeof SENTENCES;

/** A reason as people read it. */
export function failureInWords(code: string, language: Language): string {
  return code in SENTENCES ? SENTENCES[code as FailureCode][language] : code;
}
