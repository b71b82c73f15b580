import type { Language } from '../../kernel/errors.ts';

/** Why calls end without a talk, in words for people. */
const REASONS: Record<string, Record<Language, string>> = {
  busy: { en: 'The line was busy.', fr: 'La ligne était occupée.' },
  no_answer: { en: 'Nobody answered.', fr: "Personne n'a répondu." },
  rejected: { en: 'The call was declined.', fr: "L'appel a été refusé." },
  canceled: { en: 'We hung up before anybody answered.', fr: "Nous avons raccroché avant qu'on réponde." },
  caller_gave_up: {
    en: 'The caller hung up before anybody answered.',
    fr: "L'appelant a raccroché avant qu'on réponde.",
  },
  voicemail: { en: 'The caller left a message.', fr: "L'appelant a laissé un message." },
  agent_no_answer: {
    en: 'Our own telephone was not answered, so the other side was not rung.',
    fr: "Notre propre téléphone n'a pas été décroché, donc le correspondant n'a pas été appelé.",
  },
  invalid_number: { en: 'There is no such number.', fr: "Ce numéro n'existe pas." },
  unreachable: { en: 'The number could not be reached.', fr: "Le numéro n'a pas pu être joint." },
  region_blocked: {
    en: 'The provider does not call there: allow the country in its console.',
    fr: "Le fournisseur n'appelle pas cette destination : autorisez le pays dans sa console.",
  },
  caller_not_allowed: {
    en: 'The provider does not let this number be shown to whoever is called.',
    fr: "Le fournisseur n'accepte pas que ce numéro soit présenté.",
  },
  insufficient_funds: {
    en: 'The balance at the provider is used up: top up the account.',
    fr: 'Le solde chez le fournisseur est épuisé : rechargez le compte.',
  },
  too_many_calls: {
    en: 'The provider took no more calls at that moment.',
    fr: "Le fournisseur n'acceptait plus d'appels à ce moment.",
  },
  account_problem: {
    en: "The provider's account could not be used: check its credentials and its state.",
    fr: "Le compte du fournisseur n'a pas pu être utilisé : vérifiez ses identifiants et son état.",
  },
  time_limit: {
    en: 'The longest time for a call was over.',
    fr: "La durée maximale d'un appel était atteinte.",
  },
  provider_silent: {
    en: 'The provider did not answer, and knows of no such call. It was not placed again.',
    fr: "Le fournisseur n'a pas répondu et ne connaît pas cet appel. Il n'a pas été relancé.",
  },
  provider_failed: {
    en: 'The provider did not bring both sides together, so the call was ended.',
    fr: "Le fournisseur n'a pas mis les deux côtés en relation : l'appel a été arrêté.",
  },
  transfer_lost: {
    en: 'The provider did not bring the person to whom the call was passed on into the talk, so it was ended.',
    fr: "Le fournisseur n'a pas fait entrer dans la conversation la personne à qui l'appel était transféré : il a été arrêté.",
  },
  unknown: { en: 'The provider gave no reason.', fr: "Le fournisseur n'a pas donné de raison." },
};

/** Why a call ended, in the reader's language. */
export function reasonInWords(code: string, language: Language): string {
  return (REASONS[code] ?? REASONS.unknown!)[language];
}
