import type { ErrorSpec } from './spec.ts';

/** Errors of calls. */
export const calls = {
  caller_not_owned: {
    status: 403,
    en: '{phoneNumber} is not one of your active numbers that can call.',
    fr: "{phoneNumber} n'est pas un de vos numéros actifs qui peuvent appeler.",
  },
  call_own_number: {
    status: 409,
    en: '{phoneNumber} is one of your own numbers: call somebody else.',
    fr: "{phoneNumber} est un de vos propres numéros : appelez quelqu'un d'autre.",
  },
  call_same_phone: {
    status: 400,
    en: 'Your own telephone and the number to call are the same: choose another one.',
    fr: 'Votre propre téléphone et le numéro à appeler sont les mêmes : choisissez-en un autre.',
  },
  emergency_number: {
    status: 403,
    en: 'Emergency numbers cannot be called from here: dial {phoneNumber} on a telephone.',
    fr: "Les numéros d'urgence ne peuvent pas être appelés d'ici : composez le {phoneNumber} sur un téléphone.",
  },
  agent_phone_missing: {
    status: 400,
    en: 'An API key has no telephone of its own: give agentPhone, the telephone that is rung first.',
    fr: "Une clé API n'a pas de téléphone : indiquez agentPhone, le téléphone qui sonne en premier.",
  },
  person_needed: {
    status: 409,
    en: 'This is about a person’s own telephone, and an API key has none: sign in as a person.',
    fr: "Ceci concerne le téléphone d'une personne, et une clé API n'en a pas : connectez-vous comme personne.",
  },
  own_phone_missing: {
    status: 409,
    en: 'Save your telephone number first, or open the console in a browser that may use the microphone.',
    fr: "Enregistrez d'abord votre numéro de téléphone, ou ouvrez la console dans un navigateur qui peut utiliser le micro.",
  },
  call_country_blocked: {
    status: 403,
    en: 'Calls to this country ({country}) are not allowed: an admin can allow it in the settings for calls.',
    fr: "Les appels vers ce pays ({country}) ne sont pas autorisés : un admin peut l'autoriser dans les réglages des appels.",
  },
  call_prefix_blocked: {
    status: 403,
    en: 'Calls to numbers that begin with {prefix} are blocked by your company.',
    fr: 'Les appels vers les numéros commençant par {prefix} sont bloqués par votre entreprise.',
  },
  call_premium_blocked: {
    status: 403,
    en: 'Premium-rate, shared-cost and other special numbers cannot be called: an admin can allow it in the settings for calls.',
    fr: "Les numéros surtaxés ou spéciaux ne peuvent pas être appelés : un admin peut l'autoriser dans les réglages des appels.",
  },
  call_range_unknown: {
    status: 403,
    en: 'This number is in no known range, so what it costs cannot be told: check it, or an admin can allow special numbers in the settings for calls.',
    fr: "Ce numéro n'appartient à aucune tranche connue, son prix est donc inconnu : vérifiez-le, ou un admin peut autoriser les numéros spéciaux dans les réglages des appels.",
  },
  call_limit_reached: {
    status: 429,
    en: 'The limit of {limit} calls ({scope}) is reached: try again later, or ask an admin to raise it.',
    fr: "La limite de {limit} appels ({scope}) est atteinte : réessayez plus tard, ou demandez à un admin de l'augmenter.",
  },
  call_spend_reached: {
    status: 402,
    en: "Today's budget for calls ({amount} {currency}) is used up: an admin can raise it.",
    fr: "Le budget d'appels du jour ({amount} {currency}) est épuisé : un admin peut l'augmenter.",
  },
  call_budget_currency: {
    status: 402,
    en: 'The daily budget for calls is in {currency}, but calls were billed in {spent} today, and nothing limits those: an admin must add a budget in {spent}.',
    fr: "Le budget d'appels du jour est en {currency}, mais des appels ont été facturés en {spent} aujourd'hui, et rien ne les limite : un admin doit ajouter un budget en {spent}.",
  },
  call_unfunded: {
    status: 402,
    en: 'Insufficient balance at {provider}: top up the account, then call again.',
    fr: 'Solde insuffisant chez {provider} : rechargez le compte, puis rappelez.',
  },
  call_refused: {
    status: 502,
    en: '{provider} refused the call: {reason}',
    fr: "{provider} a refusé l'appel : {reason}",
  },
  call_forbidden: {
    status: 403,
    en: '{provider} does not allow this call: {reason}',
    fr: "{provider} n'autorise pas cet appel : {reason}",
  },
  call_busy_provider: {
    status: 429,
    en: '{provider} takes no more calls at this moment: try again in a few seconds.',
    fr: "{provider} n'accepte pas plus d'appels pour le moment : réessayez dans quelques secondes.",
  },
  call_key_reused: {
    status: 409,
    en: 'This Idempotency-Key was used for another call: use a new one.',
    fr: 'Cette Idempotency-Key a servi pour un autre appel : prenez-en une nouvelle.',
  },
  call_over: {
    status: 409,
    en: 'This call has ended.',
    fr: 'Cet appel est terminé.',
  },
  call_not_talking: {
    status: 409,
    en: 'Nobody talks in this call yet: wait until it is answered.',
    fr: "Personne ne parle encore dans cet appel : attendez qu'il soit décroché.",
  },
  transfer_under_way: {
    status: 409,
    en: 'This call is being transferred already: complete that transfer, or cancel it.',
    fr: 'Cet appel est déjà en cours de transfert : terminez ce transfert ou annulez-le.',
  },
  transfer_missing: {
    status: 409,
    en: 'There is no transfer under way that could be completed or canceled, or nobody has answered it yet.',
    fr: "Aucun transfert en cours ne peut être terminé ou annulé, ou personne n'y a encore répondu.",
  },
  recording_off: {
    status: 409,
    en: 'This call is not recorded.',
    fr: "Cet appel n'est pas enregistré.",
  },
  person_unreachable: {
    status: 409,
    en: 'This person cannot be rung now: no telephone is saved and no browser of theirs listens.',
    fr: "Cette personne ne peut pas être appelée : aucun téléphone n'est enregistré et aucun navigateur n'écoute.",
  },
  call_archived: {
    status: 409,
    en: 'This call is in the archive, where nothing can be changed: restore its month first (Settings, Retention).',
    fr: "Cet appel est dans les archives, où rien ne peut être modifié : restaurez d'abord son mois (Réglages, Conservation).",
  },
  archive_busy: {
    status: 409,
    en: 'This archive is being written just now: try again in a few minutes.',
    fr: "Cette archive est en cours d'écriture : réessayez dans quelques minutes.",
  },
  changed_meanwhile: {
    status: 409,
    en: 'Somebody else has changed this meanwhile: load it again.',
    fr: "Quelqu'un d'autre a modifié ceci entre-temps : rechargez.",
  },
} as const satisfies Record<string, ErrorSpec>;
