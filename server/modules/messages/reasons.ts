import type { Language } from '../../kernel/errors.ts';
import type { TextFailureReason } from '../providers/index.ts';

/** Why a text failed: the providers' reasons, and our own. */
export type FailureCode = TextFailureReason | 'no_answer' | 'sender_inactive' | 'budget_reached';

const SENTENCES: Record<FailureCode, Record<Language, string>> = {
  invalid_number: {
    en: 'This number does not exist: check it.',
    fr: 'Ce numéro n’existe pas : vérifiez-le.',
  },
  unreachable: {
    en: 'The phone is off or out of reach: try again later.',
    fr: 'Le téléphone est éteint ou hors de portée : réessayez plus tard.',
  },
  unknown_destination: {
    en: 'The number is unknown to its carrier, or no longer in service.',
    fr: 'L’opérateur ne connaît pas ce numéro, ou il n’est plus en service.',
  },
  landline: {
    en: 'This is a landline: it receives no texts.',
    fr: 'C’est une ligne fixe : elle ne reçoit pas de SMS.',
  },
  blocked: {
    en: 'The carrier or the person blocks our texts.',
    fr: 'L’opérateur ou la personne bloque nos SMS.',
  },
  opted_out: {
    en: 'The person wants no more texts (STOP).',
    fr: 'La personne ne veut plus de SMS (STOP).',
  },
  filtered: {
    en: 'The carrier took the text for spam: change its words, avoid short links.',
    fr: 'L’opérateur a pris ce SMS pour du spam : changez les mots, évitez les liens courts.',
  },
  region_blocked: {
    en: 'The provider account may not text this country: allow it in the provider’s console.',
    fr: 'Le compte fournisseur ne peut pas écrire vers ce pays : autorisez-le dans la console du fournisseur.',
  },
  sender_not_allowed: {
    en: 'This number may not send texts: check its settings at the provider.',
    fr: 'Ce numéro ne peut pas envoyer de SMS : vérifiez ses réglages chez le fournisseur.',
  },
  unregistered_sender: {
    en: 'The number is not registered for business texts in this country: register it at the provider.',
    fr: 'Le numéro n’est pas enregistré pour les SMS professionnels dans ce pays : enregistrez-le chez le fournisseur.',
  },
  expired: {
    en: 'The text could not be delivered in time.',
    fr: 'Le SMS n’a pas pu être remis à temps.',
  },
  queue_full: {
    en: 'Too many texts wait behind this number at the provider: send more slowly.',
    fr: 'Trop de SMS attendent derrière ce numéro chez le fournisseur : envoyez plus lentement.',
  },
  carrier_unavailable: {
    en: 'The carrier is out of order: try again later.',
    fr: 'L’opérateur est en panne : réessayez plus tard.',
  },
  media_rejected: {
    en: 'The picture or file was refused: it may be too large or of the wrong kind.',
    fr: 'L’image ou le fichier a été refusé : il est peut-être trop lourd ou du mauvais type.',
  },
  too_long: { en: 'The text is too long for the provider.', fr: 'Le SMS est trop long pour le fournisseur.' },
  insufficient_funds: {
    en: 'The provider account has no money left: top it up.',
    fr: 'Le compte fournisseur n’a plus d’argent : rechargez-le.',
  },
  account_problem: {
    en: 'The provider refused the account: check its credentials.',
    fr: 'Le fournisseur a refusé le compte : vérifiez ses identifiants.',
  },
  unknown: { en: 'The provider gave no reason.', fr: 'Le fournisseur n’a pas donné de raison.' },
  no_answer: {
    en: 'The provider never answered, and does not know this text: it was not sent.',
    fr: 'Le fournisseur n’a jamais répondu et ne connaît pas ce SMS : il n’est pas parti.',
  },
  budget_reached: {
    en: 'A budget was used up when it was to leave: an admin can raise it, then send it again.',
    fr: 'Un budget était épuisé au moment de l’envoi : un admin peut l’augmenter, puis renvoyez-le.',
  },
  sender_inactive: {
    en: 'The number it was to leave through is switched off or gone.',
    fr: 'Le numéro par lequel il devait partir est désactivé ou n’est plus là.',
  },
};

/** The sentence of a failure, in the reader's language. */
export function reasonInWords(code: string, language: Language): string {
  return (SENTENCES[code as FailureCode] ?? SENTENCES.unknown)[language];
}
