import type { ErrorSpec } from './spec.ts';

/** Errors of texts and of the inbox. */
export const texts = {
  integration_api_key_invalid: {
    status: 400,
    en: "Invalid Telnyx API key: check api_key in Telnyx's portal, under API Keys.",
    fr: 'Clé API Telnyx invalide : vérifiez api_key dans le portail Telnyx, sous API Keys.',
  },
  integration_credentials_invalid: {
    status: 400,
    en: "Invalid Account SID or Auth Token: check account_id and api_key in the provider's console.",
    fr: 'Account SID ou Auth Token invalide : vérifiez account_id et api_key dans la console du fournisseur.',
  },
  integration_exists: {
    status: 409,
    en: '{phoneNumber} is among your SMS numbers already.',
    fr: '{phoneNumber} fait déjà partie de vos numéros SMS.',
  },
  integration_taken: {
    status: 409,
    en: '{phoneNumber} is in use by another company of this installation.',
    fr: '{phoneNumber} est utilisé par une autre entreprise de cette installation.',
  },
  integration_number_invalid: {
    status: 400,
    en: 'Invalid number: {phoneNumber} does not belong to this {provider} account.',
    fr: "Numéro invalide : {phoneNumber} n'appartient pas à ce compte {provider}.",
  },
  own_number: {
    status: 409,
    en: '{phoneNumber} is one of your own SMS numbers: it cannot be a contact.',
    fr: '{phoneNumber} est un de vos propres numéros SMS : il ne peut pas être un contact.',
  },
  no_sender: {
    status: 409,
    en: 'No SMS number is active: buy one, or add one under Settings, SMS numbers.',
    fr: "Aucun numéro SMS n'est actif : achetez-en un, ou ajoutez-en un dans Réglages, Numéros SMS.",
  },
  sender_not_owned: {
    status: 403,
    en: '{phoneNumber} is not one of your active {provider} SMS numbers.',
    fr: "{phoneNumber} n'est pas un de vos numéros SMS {provider} actifs.",
  },
  sender_inactive: {
    status: 409,
    en: '{phoneNumber} sends no texts: it is switched off, or cannot.',
    fr: "{phoneNumber} n'envoie pas de SMS : il est désactivé, ou ne le peut pas.",
  },
  recipient_opted_out: {
    status: 409,
    en: 'This person wants no more texts (STOP): ask for their consent before you write again.',
    fr: 'Cette personne ne veut plus de SMS (STOP) : demandez son accord avant de lui réécrire.',
  },
  conversation_closed: {
    status: 409,
    en: 'This conversation is closed: reopen it first.',
    fr: "Cette conversation est fermée : rouvrez-la d'abord.",
  },
  conversation_open_elsewhere: {
    status: 409,
    en: 'This contact has another open conversation: go on there.',
    fr: 'Ce contact a une autre conversation ouverte : continuez-la.',
  },
  still_unroutable: {
    status: 409,
    en: 'This text still has nowhere to go: add {phoneNumber} to your SMS numbers, or switch it on.',
    fr: "Ce SMS n'a toujours pas de destination : ajoutez {phoneNumber} à vos numéros SMS, ou activez-le.",
  },
  text_empty: { status: 400, en: 'The text is empty.', fr: 'Le SMS est vide.' },
  text_too_long: {
    status: 400,
    en: 'The text is too long: {limit} characters at most.',
    fr: 'Le SMS est trop long : {limit} caractères au plus.',
  },
  mms_not_supported: {
    status: 409,
    en: '{phoneNumber} cannot send pictures or files: take them out, or choose another number.',
    fr: "{phoneNumber} ne peut pas envoyer d'images ou de fichiers : retirez-les, ou choisissez un autre numéro.",
  },
  media_type_refused: {
    status: 415,
    en: 'Files of this kind ({found}) cannot be sent: send a picture, a sound, a video, a PDF or a contact card.',
    fr: 'Ce type de fichier ({found}) ne peut pas être envoyé : envoyez une image, un son, une vidéo, un PDF ou une fiche de contact.',
  },
  send_at_invalid: {
    status: 400,
    en: 'The time to send must be in the future, within a year.',
    fr: "L'heure d'envoi doit être dans le futur, à moins d'un an.",
  },
  idempotency_key_reused: {
    status: 409,
    en: 'This Idempotency-Key was used for another text: use a new one.',
    fr: 'Cette Idempotency-Key a servi pour un autre SMS : prenez-en une nouvelle.',
  },
  message_not_cancelable: {
    status: 409,
    en: 'This text is on its way or has ended: it can no longer be canceled.',
    fr: 'Ce SMS est parti ou terminé : il ne peut plus être annulé.',
  },
  message_not_retryable: {
    status: 409,
    en: 'Only a text that failed can be sent again.',
    fr: 'Seul un SMS en échec peut être renvoyé.',
  },
  template_exists: {
    status: 409,
    en: 'There is a template named "{name}" already.',
    fr: 'Il y a déjà un modèle nommé « {name} ».',
  },
  template_incomplete: {
    status: 400,
    en: 'The template needs values for: {missing}.',
    fr: 'Il manque au modèle des valeurs pour : {missing}.',
  },
  link_expired: {
    status: 410,
    en: 'This link has expired or is not whole: open the conversation again.',
    fr: "Ce lien a expiré ou n'est pas complet : rouvrez la conversation.",
  },
} as const satisfies Record<string, ErrorSpec>;
