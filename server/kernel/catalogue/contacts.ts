import type { ErrorSpec } from './spec.ts';

/** Errors of contacts and of importing them. */
export const contacts = {
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
} as const satisfies Record<string, ErrorSpec>;
