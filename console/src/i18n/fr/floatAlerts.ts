import type { Dictionary } from '../en.ts';

export const floatAlerts: Dictionary['floatAlerts'] = {
  title: "Avertissements sur l'argent des SIM",
  text: 'Une SIM presque vide avertit sous le montant fixé sur son compte. Ceux-ci concernent les soldes lus qui diffèrent de ce qui est compté.',
  differenceAbove: 'Avertir quand un solde lu diffère de plus de',
  differenceAboveHint: "Les frais et les bonus de l'opérateur font de petits écarts.",
  differenceMinutes: 'Et le reste pendant',
  differenceMinutesHint: 'Ce qui est en cours passe de soi-même.',
  minutes: 'minutes',
  webhook: "Adresse d'un programme à prévenir aussi",
  webhookHint: 'Vide : seules les personnes sont prévenues. Les envois sont signés (Standard Webhooks).',
  saved: 'Avertissements enregistrés',
  secretTitle: 'Secret de la nouvelle adresse',
  secretText:
    "Il signe ce qui y est envoyé. Il n'est montré qu'une fois : gardez-le là où le programme le trouve.",
  closeBox: 'Arrêter une journée de {{name}}',
  closeBoxText:
    'Toutes ses SIM comptées ensemble, ou aucune. Ce qui a été compté est gardé à côté de ce que disent les relevés ; vide : sans relevé.',
};
