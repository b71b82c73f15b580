import type { ErrorSpec } from './spec.ts';

/** Errors of transactions that CallBoxes carry out. */
export const callbox = {
  transaction_amount_missing: {
    status: 400,
    en: 'Name the amount in XAF: only a voucher may leave it out.',
    fr: 'Indiquez le montant en XAF : seul un forfait (voucher) peut ne pas en avoir.',
  },
  transaction_item_missing: {
    status: 400,
    en: 'Name the item (payItemId): a voucher without an amount is known by it alone.',
    fr: "Indiquez l'article (payItemId) : un forfait sans montant n'est connu que par lui.",
  },
  transaction_amount_too_large: {
    status: 400,
    en: 'The amount is above the limit of {limit} XAF that your company has set.',
    fr: 'Le montant dépasse la limite de {limit} XAF fixée par votre entreprise.',
  },
  transaction_too_far: {
    status: 400,
    en: 'notBefore is more than a year away: choose an earlier time.',
    fr: "notBefore est à plus d'un an : choisissez une date plus proche.",
  },
  transaction_expires_too_soon: {
    status: 400,
    en: 'expiresAt is over before the transaction could begin: choose a later time.',
    fr: 'expiresAt est passé avant que la transaction puisse commencer : choisissez une date plus tardive.',
  },
  transaction_id_reused: {
    status: 409,
    en: 'This id stands for another transaction already: a transaction keeps its id for ever, so use a new one.',
    fr: 'Cet identifiant désigne déjà une autre transaction : une transaction garde le sien pour toujours, prenez-en un nouveau.',
  },
  transaction_not_own: {
    status: 403,
    en: 'This transaction was never handed to {callboxId}.',
    fr: "Cette transaction n'a jamais été confiée à {callboxId}.",
  },
  lease_lost: {
    status: 409,
    en: 'The transaction {id} is no longer yours: do not begin it, and drop it.',
    fr: "La transaction {id} n'est plus à vous : ne la commencez pas et oubliez-la.",
  },
  already_final: {
    status: 409,
    en: 'The transaction {id} has ended already ({status}).',
    fr: 'La transaction {id} est déjà terminée ({status}).',
  },
  backwards: {
    status: 409,
    en: 'The transaction {id} is further on already ({status}): it does not go back.',
    fr: 'La transaction {id} est déjà plus avancée ({status}) : elle ne revient pas en arrière.',
  },
  disputed: {
    status: 409,
    en: 'The report on {id} contradicts what is known ({status}): it is kept, and a person looks at it.',
    fr: "Le rapport sur {id} contredit ce qui est connu ({status}) : il est conservé et une personne l'examine.",
  },
  transaction_begun: {
    status: 409,
    en: 'The transaction is {status}: a box may have begun it, so it cannot be canceled any more.',
    fr: "La transaction est {status} : une box l'a peut-être commencée, elle ne peut plus être annulée.",
  },
  transaction_not_held: {
    status: 409,
    en: 'The transaction is {status}: it does not wait for a confirmation.',
    fr: "La transaction est {status} : elle n'attend pas de confirmation.",
  },
  transaction_not_open: {
    status: 409,
    en: 'The transaction is {status}, and nothing about it is disputed: there is nothing to settle.',
    fr: "La transaction est {status} et rien n'y est contesté : il n'y a rien à régler.",
  },
  transaction_needs_person: {
    status: 403,
    en: 'A person decides this, under their own name: sign in instead of using an API key.',
    fr: "C'est à une personne d'en décider, sous son nom : connectez-vous au lieu d'utiliser une clé API.",
  },
  second_person_needed: {
    status: 403,
    en: 'Somebody else has to confirm this: you handed it in or proposed it yourself.',
    fr: "Une autre personne doit confirmer : c'est vous qui l'avez soumise ou proposée.",
  },
  settle_waits: {
    status: 409,
    en: '{name} has proposed an outcome already: a second person confirms or rejects it.',
    fr: '{name} a déjà proposé un résultat : une deuxième personne le confirme ou le rejette.',
  },
  settle_missing: {
    status: 409,
    en: 'Nobody has proposed an outcome that waits to be confirmed.',
    fr: "Personne n'a proposé de résultat en attente de confirmation.",
  },
  report_contradicts_itself: {
    status: 400,
    en: 'status and result.success say opposite things: nothing was changed.',
    fr: "status et result.success se contredisent : rien n'a été modifié.",
  },
} as const satisfies Record<string, ErrorSpec>;
