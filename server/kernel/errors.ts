/** A language that people read Relais in. */
export type Language = 'en' | 'fr';

interface ErrorSpec {
  status: number;
  en: string;
  fr: string;
}

/**
 * Every error the API can answer: its status and its sentence. The sentence says what to do next.
 * `{name}` is replaced from the error's params.
 */
export const catalogue = {
  // Requests
  invalid_request: {
    status: 400,
    en: 'The request is not valid: {reason}',
    fr: "La requête n'est pas valide : {reason}",
  },
  invalid_json: { status: 400, en: 'The body is not valid JSON.', fr: "Le corps n'est pas du JSON valide." },
  unsupported_media_type: {
    status: 415,
    en: 'This content type is not accepted here: send {expected}.',
    fr: "Ce type de contenu n'est pas accepté ici : envoyez {expected}.",
  },
  body_too_large: {
    status: 413,
    en: 'The body is too large: {limit} at most.',
    fr: 'Le corps est trop volumineux : {limit} au plus.',
  },
  not_found: { status: 404, en: 'There is no such {what}.', fr: 'Introuvable : {what}.' },
  route_not_found: {
    status: 404,
    en: 'There is no such address. See /api/docs for the API.',
    fr: "Cette adresse n'existe pas. Voir /api/docs pour l'API.",
  },
  conflict: { status: 409, en: '{reason}', fr: '{reason}' },
  rate_limited: {
    status: 429,
    en: 'Too many requests: try again in {seconds} s.',
    fr: 'Trop de requêtes : réessayez dans {seconds} s.',
  },
  internal: {
    status: 500,
    en: 'Something failed on our side. The request id helps to find it in the logs.',
    fr: "Une erreur s'est produite de notre côté. L'identifiant de requête aide à la retrouver dans les journaux.",
  },
  unavailable: {
    status: 503,
    en: 'The server is starting or stopping: try again in a moment.',
    fr: "Le serveur démarre ou s'arrête : réessayez dans un instant.",
  },
  // Identity
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
  // Providers
  provider_not_configured: {
    status: 409,
    en: 'No {provider} account is configured: add one under Settings, Provider accounts.',
    fr: "Aucun compte {provider} n'est configuré : ajoutez-en un dans Réglages, Comptes fournisseurs.",
  },
  provider_unauthorized: {
    status: 502,
    en: '{provider} refused the credentials: check the provider account.',
    fr: '{provider} a refusé les identifiants : vérifiez le compte fournisseur.',
  },
  provider_rejected: {
    status: 400,
    en: '{provider} refused the request: {reason}',
    fr: '{provider} a refusé la requête : {reason}',
  },
  provider_error: {
    status: 500,
    en: 'Communication with {provider} failed: {reason}',
    fr: 'Erreur de communication avec {provider} : {reason}',
  },
  provider_timeout: {
    status: 504,
    en: '{provider} did not answer in time: the outcome is being looked up.',
    fr: "{provider} n'a pas répondu à temps : le résultat est en cours de vérification.",
  },
  provider_rate_limited: {
    status: 503,
    en: '{provider} is limiting our requests: try again in {seconds} s.',
    fr: '{provider} limite nos requêtes : réessayez dans {seconds} s.',
  },
  signature_missing: {
    status: 401,
    en: 'The webhook carries no signature.',
    fr: 'Le webhook ne porte pas de signature.',
  },
  signature_invalid: {
    status: 401,
    en: 'The webhook signature does not match.',
    fr: 'La signature du webhook ne correspond pas.',
  },
  signature_stale: {
    status: 401,
    en: 'The webhook is older than five minutes, or from the future: check the clock.',
    fr: "Le webhook a plus de cinq minutes, ou vient du futur : vérifiez l'horloge.",
  },
  // Contacts
  contact_phone_taken: {
    status: 409,
    en: 'Another contact has this number: {name}. Merge the two, or take it from there first.',
    fr: "Un autre contact a ce numéro : {name}. Fusionnez les deux, ou retirez-le d'abord de ce contact.",
  },
  contact_phones_full: {
    status: 409,
    en: 'A contact has {limit} numbers at most.',
    fr: 'Un contact a au plus {limit} numéros.',
  },
  contact_last_phone: {
    status: 409,
    en: 'A contact keeps at least one number: add another one first, or delete the contact.',
    fr: "Un contact garde au moins un numéro : ajoutez-en d'abord un autre, ou supprimez le contact.",
  },
  contact_phone_twice: {
    status: 400,
    en: '{phoneNumber} is given twice.',
    fr: '{phoneNumber} est donné deux fois.',
  },
  contacts_same: {
    status: 409,
    en: 'These are one contact already: choose another one to merge.',
    fr: "C'est déjà un seul contact : choisissez-en un autre à fusionner.",
  },
  import_unreadable: {
    status: 400,
    en: 'This is not a CSV file: save the table as CSV (UTF-8) and send that.',
    fr: "Ce n'est pas un fichier CSV : enregistrez le tableau en CSV (UTF-8) et envoyez celui-là.",
  },
  import_no_phone_column: {
    status: 400,
    en: 'No column holds phone numbers: name one "phone". The file has: {found}.',
    fr: 'Aucune colonne ne contient de numéros : nommez-en une « téléphone ». Le fichier a : {found}.',
  },
  import_too_long: {
    status: 413,
    en: 'The file has more than {limit} rows: split it.',
    fr: 'Le fichier a plus de {limit} lignes : divisez-le.',
  },
  import_row_broken: {
    status: 400,
    en: 'This row is not whole: check its quotation marks.',
    fr: 'Cette ligne est incomplète : vérifiez ses guillemets.',
  },
  import_phone_missing: {
    status: 400,
    en: 'The row has no phone number.',
    fr: "La ligne n'a pas de numéro de téléphone.",
  },
  import_phone_repeated: {
    status: 400,
    en: '{phoneNumber} is already in line {line}.',
    fr: '{phoneNumber} figure déjà à la ligne {line}.',
  },
  import_phones_of_others: {
    status: 409,
    en: 'The numbers of this row belong to several contacts: {names}. Merge them first.',
    fr: "Les numéros de cette ligne sont à plusieurs contacts : {names}. Fusionnez-les d'abord.",
  },
  import_value_too_long: {
    status: 400,
    en: 'The text has more than {limit} characters.',
    fr: 'Le texte a plus de {limit} caractères.',
  },
  import_email_invalid: {
    status: 400,
    en: '{value} is not an e-mail address.',
    fr: "{value} n'est pas une adresse e-mail.",
  },
  import_stage_unknown: {
    status: 400,
    en: '{value} is not a stage: write lead or client.',
    fr: "{value} n'est pas une étape : écrivez prospect ou client.",
  },
  // Compliance
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
  // Numbers
  invalid_phone_number: {
    status: 400,
    en: '{phoneNumber} is not a phone number in E.164 form, e.g. +33123456789.',
    fr: "{phoneNumber} n'est pas un numéro au format E.164, p. ex. +33123456789.",
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

export type ErrorCode = keyof typeof catalogue;
export type ErrorParams = Record<string, string | number>;

/** An error that the caller can act on; it becomes the API's error answer. */
export class RelaisError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly details: unknown;

  constructor(code: ErrorCode, options: { params?: ErrorParams; details?: unknown; cause?: unknown } = {}) {
    super(sentence(code, options.params ?? {}, 'en'), { cause: options.cause });
    this.code = code;
    this.params = options.params ?? {};
    this.details = options.details;
  }

  get status(): number {
    return catalogue[this.code].status;
  }
}

/** Stops here with an error of the catalogue. */
export function fail(code: ErrorCode, params: ErrorParams = {}, details?: unknown): never {
  throw new RelaisError(code, { params, details });
}

/** What a caller sent is quoted no longer than this. */
const PARAM_MAX = 500;

/** Why a fetch failed, in the system's own words: the reason is in the error's cause. */
export function networkReason(error: unknown): string {
  const { message, cause } = error as Error;
  if (!(cause instanceof Error)) return message;
  return cause.message || (cause as NodeJS.ErrnoException).code || message;
}

/** The error's sentence for a person. */
export function sentence(code: ErrorCode, params: ErrorParams, language: Language): string {
  return catalogue[code][language].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const text = String(params[name] ?? whole);
    return text.length > PARAM_MAX ? `${text.slice(0, PARAM_MAX)}…` : text;
  });
}

/** The language a client prefers, from its Accept-Language header (RFC 9110, section 12.5.4). */
export function preferredLanguage(header: string | undefined): Language {
  const ranked = (header ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...rest] = part.trim().toLowerCase().split(';');
      const quality = rest.map((item) => /^\s*q=([\d.]+)/.exec(item)?.[1]).find(Boolean);
      return { tag, quality: quality ? Number(quality) : 1 };
    })
    .filter(({ tag }) => tag.startsWith('fr') || tag.startsWith('en'))
    .sort((left, right) => right.quality - left.quality);
  return ranked[0]?.tag.startsWith('fr') ? 'fr' : 'en';
}
