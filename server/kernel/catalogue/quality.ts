import type { ErrorSpec } from './spec.ts';

/** Errors of the quality of calls, of its alerts, and of devices that are woken for calls. */
export const quality = {
  not_in_call: {
    status: 403,
    en: 'Only somebody who talks in this call can hand in what their softphone measures.',
    fr: 'Seule une personne en conversation dans cet appel peut transmettre les mesures de son softphone.',
  },
  quality_too_late: {
    status: 409,
    en: 'This call ended too long ago: its measurements are no longer taken.',
    fr: 'Cet appel est terminé depuis trop longtemps : ses mesures ne sont plus acceptées.',
  },
  outgoing_address_refused: {
    status: 400,
    en: 'Nothing can be sent to this address: give one that begins with https://, holds no password, and is on the open internet.',
    fr: "Rien ne peut être envoyé à cette adresse : donnez-en une qui commence par https://, sans mot de passe, et sur l'internet ouvert.",
  },
  too_many_webhooks: {
    status: 409,
    en: 'A company has at most {limit} webhooks: remove one that is not used any more.',
    fr: 'Une entreprise a au plus {limit} webhooks : supprimez-en un qui ne sert plus.',
  },
  alert_rule_without_address: {
    status: 409,
    en: 'This rule has no webhook address: give it one first.',
    fr: "Cette règle n'a pas d'adresse de webhook : donnez-lui en une d'abord.",
  },
  push_token_invalid: {
    status: 400,
    en: 'This is no {expected}: hand in what the push service gave the app, unchanged.',
    fr: "Ceci n'est pas un {expected} : transmettez tel quel ce que le service de notification a donné à l'application.",
  },
  push_device_retired: {
    status: 409,
    en: 'The push service no longer knows this device: open the app on it, so that it registers again.',
    fr: "Le service de notification ne connaît plus cet appareil : ouvrez-y l'application, pour qu'il s'inscrive à nouveau.",
  },
  not_your_device: {
    status: 403,
    en: 'Only the person whose device it is can do this.',
    fr: "Seule la personne à qui appartient l'appareil peut faire cela.",
  },
} as const satisfies Record<string, ErrorSpec>;
