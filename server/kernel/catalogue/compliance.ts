import type { ErrorSpec } from './spec.ts';

/** Errors of paperwork and documents. */
export const compliance = {
  unknown_country: {
    status: 400,
    en: '{country} is not a country code (ISO 3166-1 alpha-2, e.g. FR).',
    fr: "{country} n'est pas un code pays (ISO 3166-1 alpha-2, p. ex. FR).",
  },
  country_not_covered: {
    status: 404,
    en: '{provider} sells no {numberType} numbers in {country}.',
    fr: '{provider} ne vend pas de numéros {numberType} en {country}.',
  },
  unknown_requirement: {
    status: 400,
    en: 'This group has no requirement "{field}".',
    fr: "Ce groupe n'a pas d'exigence « {field} ».",
  },
  requirement_value_invalid: { status: 400, en: '{field}: {reason}', fr: '{field} : {reason}' },
  requirement_type_mismatch: {
    status: 400,
    en: '{field} expects {expected}.',
    fr: '{field} attend {expected}.',
  },
  requirements_incomplete: {
    status: 409,
    en: 'The paperwork is not complete: {missing} still to be filled in.',
    fr: 'Le dossier est incomplet : il reste à fournir {missing}.',
  },
  requirements_not_editable: {
    status: 409,
    en: 'The paperwork is {status}: it can no longer be changed.',
    fr: 'Le dossier est {status} : il ne peut plus être modifié.',
  },
  file_missing: {
    status: 400,
    en: 'Send the document as multipart/form-data with one file.',
    fr: 'Envoyez le document en multipart/form-data avec un fichier.',
  },
  file_too_large: { status: 413, en: 'The file is larger than {limit}.', fr: 'Le fichier dépasse {limit}.' },
  file_type_refused: {
    status: 415,
    en: 'The file is not a PDF, PNG or JPEG: its content is {found}.',
    fr: "Le fichier n'est ni PDF, ni PNG, ni JPEG : son contenu est {found}.",
  },
  file_unreadable: {
    status: 400,
    en: 'The file is damaged or incomplete: send it again.',
    fr: 'Le fichier est endommagé ou incomplet : renvoyez-le.',
  },
  document_in_use: {
    status: 409,
    en: 'This document is part of the paperwork of {zones}: replace it there first.',
    fr: "Ce document fait partie du dossier {zones} : remplacez-l'y d'abord.",
  },
  paperwork_in_review: {
    status: 409,
    en: 'The paperwork is with {provider} for review: the number can be bought once it is approved.',
    fr: "Le dossier est à l'examen chez {provider} : le numéro pourra être acheté dès son approbation.",
  },
  paperwork_rejected: {
    status: 409,
    en: 'The paperwork was rejected or has expired: correct it and submit it again.',
    fr: 'Le dossier a été rejeté ou a expiré : corrigez-le et soumettez-le à nouveau.',
  },
} as const satisfies Record<string, ErrorSpec>;
