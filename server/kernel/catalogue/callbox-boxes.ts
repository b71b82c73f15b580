import type { ErrorSpec } from './spec.ts';

/** Errors of CallBoxes themselves. */
export const callboxBoxes = {
  box_unknown: {
    status: 404,
    en: 'The CallBox {callboxId} is not registered here: send POST /api/call-box/register first.',
    fr: "La CallBox {callboxId} n'est pas enregistrée ici : envoyez d'abord POST /api/call-box/register.",
  },
  box_not_own: {
    status: 403,
    en: 'This token belongs to {own}: it cannot speak for {callboxId}.',
    fr: 'Ce jeton appartient à {own} : il ne peut pas parler pour {callboxId}.',
  },
  box_token_needed: {
    status: 403,
    en: 'The CallBox {callboxId} was given a token of its own: the shared token cannot speak for it.',
    fr: 'La CallBox {callboxId} a reçu son propre jeton : le jeton partagé ne peut pas parler pour elle.',
  },
  box_token_limited: {
    status: 403,
    en: "A CallBox's own token cannot do this: sign in as a person, or use an API key.",
    fr: "Le jeton propre d'une CallBox ne permet pas ceci : connectez-vous comme personne, ou utilisez une clé API.",
  },
  box_exists: {
    status: 409,
    en: 'There is a CallBox named {callboxId} already.',
    fr: 'Il y a déjà une CallBox nommée {callboxId}.',
  },
  box_retired: {
    status: 409,
    en: 'The CallBox {callboxId} is retired: add it again under the same name to put it back to work.',
    fr: 'La CallBox {callboxId} est retirée : ajoutez-la de nouveau sous le même nom pour la remettre en service.',
  },
  box_has_no_token: {
    status: 409,
    en: '{callboxId} has no token of its own that works: put it in quarantine to give it nothing more.',
    fr: "{callboxId} n'a pas de jeton propre valable : mettez-la en quarantaine pour ne plus rien lui donner.",
  },
  box_busy: {
    status: 409,
    en: '{callboxId} still has {count} transactions in hand: put it in quarantine, and retire it when they have ended or are settled.',
    fr: '{callboxId} a encore {count} transactions en main : mettez-la en quarantaine, et retirez-la quand elles sont terminées ou réglées.',
  },
  enrolment_unknown: {
    status: 404,
    en: 'This enrolment code is not known: check it, or ask for a new one in the console under CallBoxes.',
    fr: "Ce code d'inscription est inconnu : vérifiez-le, ou demandez-en un nouveau dans la console sous CallBoxes.",
  },
  enrolment_used: {
    status: 409,
    en: 'This enrolment code was used already: ask for a new one in the console under CallBoxes.',
    fr: "Ce code d'inscription a déjà servi : demandez-en un nouveau dans la console sous CallBoxes.",
  },
  enrolment_expired: {
    status: 410,
    en: 'This enrolment code has expired: ask for a new one in the console under CallBoxes.',
    fr: "Ce code d'inscription a expiré : demandez-en un nouveau dans la console sous CallBoxes.",
  },
  enrolment_other_box: {
    status: 409,
    en: 'This enrolment code is for another CallBox than {callboxId}.',
    fr: "Ce code d'inscription est pour une autre CallBox que {callboxId}.",
  },
} as const satisfies Record<string, ErrorSpec>;
