import type { ErrorSpec } from './spec.ts';

/** Errors of the money on SIMs and of operators' texts. */
export const callboxMoney = {
  float_not_open: {
    status: 409,
    en: 'Nobody has said yet how much is on this SIM: enter an opening first.',
    fr: "Personne n'a encore dit combien il y a sur cette SIM : saisissez d'abord une ouverture.",
  },
  float_open_already: {
    status: 409,
    en: 'This SIM has its opening: enter a supply or an adjustment.',
    fr: 'Cette SIM a déjà son ouverture : saisissez un approvisionnement ou un ajustement.',
  },
  float_entry_future: {
    status: 400,
    en: 'An entry cannot be dated in the future.',
    fr: "Une écriture ne peut pas être datée dans l'avenir.",
  },
  float_key_reused: {
    status: 409,
    en: 'This Idempotency-Key was used for another entry: use a new one.',
    fr: 'Cette Idempotency-Key a servi pour une autre écriture : prenez-en une nouvelle.',
  },
  float_day_closed: {
    status: 409,
    en: '{day} is closed already for this SIM: enter an adjustment, which stays visible as late.',
    fr: 'Le {day} est déjà clôturé pour cette SIM : saisissez un ajustement, qui restera visible comme tardif.',
  },
  float_day_ahead: {
    status: 400,
    en: '{day} has not begun yet.',
    fr: "Le {day} n'a pas encore commencé.",
  },
  template_unreadable: {
    status: 400,
    en: 'This wording cannot be used: {reason}',
    fr: 'Ce texte ne peut pas servir de modèle : {reason}',
  },
  operator_message_settled: {
    status: 409,
    en: 'This text belongs to a transaction already.',
    fr: 'Ce SMS appartient déjà à une transaction.',
  },
  operator_message_mismatch: {
    status: 409,
    en: 'This text says something else than the transaction: {reason}. Settle it by hand, with this text as the proof.',
    fr: 'Ce SMS ne dit pas la même chose que la transaction : {reason}. Réglez-la à la main, avec ce SMS comme preuve.',
  },
  operator_message_not_settling: {
    status: 409,
    en: 'The transaction does not wait for this text: {reason}.',
    fr: "La transaction n'attend pas ce SMS : {reason}.",
  },
} as const satisfies Record<string, ErrorSpec>;
