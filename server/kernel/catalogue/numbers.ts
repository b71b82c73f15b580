import type { ErrorSpec } from './spec.ts';

/** Errors of buying and keeping numbers. */
export const numbers = {
  invalid_phone_number: {
    status: 400,
    en: 'Invalid number: {phoneNumber}. Write it in international form, e.g. +33612345678.',
    fr: 'Numéro invalide : {phoneNumber}. Format attendu : +33612345678.',
  },
  number_already_registered: {
    status: 400,
    en: 'This number already exists in your account',
    fr: 'Ce numéro existe déjà dans votre compte',
  },
  insufficient_funds: {
    status: 402,
    en: 'Insufficient balance to purchase this number',
    fr: 'Solde insuffisant pour acheter ce numéro',
  },
  number_not_available: {
    status: 404,
    en: 'This number is no longer available',
    fr: "Ce numéro n'est plus disponible",
  },
  order_failed: {
    status: 409,
    en: 'The provider ended the order: nothing was delivered. Choose another number, or ask the provider why.',
    fr: "Le fournisseur a mis fin à la commande : rien n'a été livré. Choisissez un autre numéro, ou demandez-lui pourquoi.",
  },
  order_reused: {
    status: 409,
    en: 'This order id or Idempotency-Key was used for another purchase ({field} differs): use a new one.',
    fr: 'Cet identifiant de commande ou Idempotency-Key a servi pour un autre achat ({field} diffère) : prenez-en un nouveau.',
  },
  drift_over: {
    status: 409,
    en: 'Nothing is left to decide here: somebody has, or it looks right again. Load the list anew.',
    fr: "Il n'y a plus rien à décider ici : c'est fait, ou tout est rentré dans l'ordre. Rechargez la liste.",
  },
  number_not_releasable: {
    status: 409,
    en: 'A number that is {status} cannot be released.',
    fr: 'Un numéro {status} ne peut pas être libéré.',
  },
  number_not_active: {
    status: 409,
    en: 'A number that is {status} cannot be changed.',
    fr: 'Un numéro {status} ne peut pas être modifié.',
  },
  gig_has_numbers: {
    status: 409,
    en: 'This gig still has numbers: release them first.',
    fr: "Ce gig a encore des numéros : libérez-les d'abord.",
  },
} as const satisfies Record<string, ErrorSpec>;
