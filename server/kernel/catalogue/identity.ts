import type { ErrorSpec } from './spec.ts';

/** Errors of signing in, roles and API keys. */
export const identity = {
  unauthenticated: {
    status: 401,
    en: 'Sign in, or send an API key in x-api-key or as a Bearer token.',
    fr: "Connectez-vous, ou envoyez une clé d'API dans x-api-key ou comme jeton Bearer.",
  },
  invalid_credentials: {
    status: 401,
    en: 'The e-mail address or the password is wrong.',
    fr: "L'adresse e-mail ou le mot de passe est incorrect.",
  },
  invalid_code: {
    status: 401,
    en: 'The code is wrong or was already used: wait for the next one.',
    fr: 'Le code est incorrect ou déjà utilisé : attendez le suivant.',
  },
  account_locked: {
    status: 423,
    en: 'Too many wrong attempts: this account is locked for {minutes} min.',
    fr: 'Trop de tentatives incorrectes : ce compte est bloqué pour {minutes} min.',
  },
  forbidden: {
    status: 403,
    en: 'Your role ({role}) does not allow this: {permission} is needed.',
    fr: 'Votre rôle ({role}) ne le permet pas : il faut {permission}.',
  },
  scope_missing: {
    status: 403,
    en: 'This API key lacks the scope {permission}.',
    fr: "Cette clé d'API n'a pas la portée {permission}.",
  },
  no_company: {
    status: 403,
    en: 'You belong to no company yet: create one or accept an invitation.',
    fr: "Vous n'appartenez encore à aucune entreprise : créez-en une ou acceptez une invitation.",
  },
  last_owner: {
    status: 409,
    en: 'A company keeps at least one owner: name another one first.',
    fr: "Une entreprise garde au moins un propriétaire : nommez-en d'abord un autre.",
  },
  invitation_expired: {
    status: 410,
    en: 'This invitation has expired or was withdrawn: ask for a new one.',
    fr: 'Cette invitation a expiré ou a été retirée : demandez-en une nouvelle.',
  },
  invalid_box_token: {
    status: 401,
    en: 'This is not the token of a CallBox: send CALLBOX_TOKEN, or the token that the box was given when it was enrolled, as a Bearer token.',
    fr: "Ce n'est pas le jeton d'une CallBox : envoyez CALLBOX_TOKEN, ou le jeton reçu par la CallBox à son inscription, comme jeton Bearer.",
  },
  invalid_api_key: {
    status: 401,
    en: 'This API key is unknown, expired or revoked: make a new one under Settings, API keys.',
    fr: "Cette clé d'API est inconnue, expirée ou révoquée : créez-en une dans Réglages, Clés d'API.",
  },
  invalid_token: {
    status: 401,
    en: 'This token is not valid or has expired: ask for a new one at /api/me/token.',
    fr: "Ce jeton n'est pas valide ou a expiré : demandez-en un à /api/me/token.",
  },
  wrong_password: { status: 400, en: 'The password is wrong.', fr: 'Le mot de passe est incorrect.' },
  password_unfit: {
    status: 400,
    en: 'The password must have {min} to {max} characters.',
    fr: 'Le mot de passe doit avoir de {min} à {max} caractères.',
  },
  sign_in_again: {
    status: 401,
    en: 'This sign-in has expired: start again with your password.',
    fr: 'Cette connexion a expiré : recommencez avec votre mot de passe.',
  },
  two_factor_on: {
    status: 409,
    en: 'Two-step sign-in is already on: switch it off first.',
    fr: "La connexion en deux étapes est déjà active : désactivez-la d'abord.",
  },
  two_factor_off: {
    status: 409,
    en: 'Two-step sign-in is off: switch it on first.',
    fr: "La connexion en deux étapes est désactivée : activez-la d'abord.",
  },
  foreign_origin: {
    status: 403,
    en: 'The request comes from another site ({origin}): use {expected}, or check PUBLIC_BASE_URL.',
    fr: "La requête vient d'un autre site ({origin}) : utilisez {expected}, ou vérifiez PUBLIC_BASE_URL.",
  },
  person_required: {
    status: 403,
    en: 'Only a signed-in person can do this, not an API key.',
    fr: "Seule une personne connectée peut faire cela, pas une clé d'API.",
  },
  role_not_assignable: {
    status: 403,
    en: 'Your role ({role}) cannot give, change or remove the role {target}.',
    fr: 'Votre rôle ({role}) ne peut ni donner, ni changer, ni retirer le rôle {target}.',
  },
  role_name_taken: {
    status: 409,
    en: 'There is a role with the name {name} already: choose another one.',
    fr: 'Un rôle nommé {name} existe déjà : choisissez un autre nom.',
  },
  role_in_use: {
    status: 409,
    en: 'Somebody has this role (members: {members}, open invitations: {invitations}): give them another one first.',
    fr: "Ce rôle est attribué (membres : {members}, invitations en cours : {invitations}) : donnez-leur d'abord un autre rôle.",
  },
  role_fixed: {
    status: 409,
    en: 'The four roles that every company has cannot be changed: copy one instead, and change the copy.',
    fr: 'Les quatre rôles communs à toutes les entreprises ne peuvent pas être modifiés : copiez-en un et modifiez la copie.',
  },
  too_many_roles: {
    status: 409,
    en: 'A company has {limit} roles of its own at most: remove one that nobody needs.',
    fr: "Une entreprise a au plus {limit} rôles propres : retirez-en un qui n'est plus utile.",
  },
  already_member: {
    status: 409,
    en: '{email} already belongs to this company.',
    fr: '{email} appartient déjà à cette entreprise.',
  },
  invitation_other_account: {
    status: 403,
    en: 'This invitation is for {email}: sign in with that account.',
    fr: 'Cette invitation est pour {email} : connectez-vous avec ce compte.',
  },
  too_many_saved_filters: {
    status: 409,
    en: 'You have {max} saved filters already: delete one first.',
    fr: "Vous avez déjà {max} filtres enregistrés : supprimez-en un d'abord.",
  },
  saved_filter_not_yours: {
    status: 403,
    en: 'Only who shared this filter, or whoever runs the company, can change it.',
    fr: "Seule la personne qui a partagé ce filtre, ou qui gère l'entreprise, peut le modifier.",
  },
  saved_filter_name_taken: {
    status: 409,
    en: 'You have a filter named “{name}” for this list already.',
    fr: 'Vous avez déjà un filtre nommé « {name} » pour cette liste.',
  },
} as const satisfies Record<string, ErrorSpec>;
