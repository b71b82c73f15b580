import type { Dictionary } from '../en.ts';

export const notices: Dictionary['notices'] = {
  title: 'Notifications',
  intro: 'Ce dont cet appareil vous prévient. Chaque appareil a ses propres choix.',
  whileOpen: "Quand Relais est ouvert derrière d'autres fenêtres",
  whileOpenText: 'Le système vous prévient de ce qui arrive pendant que vous regardez ailleurs.',
  allow: 'Autoriser les notifications sur cet appareil',
  blocked: 'Les notifications sont bloquées pour ce site : autorisez-les dans les réglages du navigateur.',
  kinds: {
    texts: 'Nouveaux messages',
    missedCalls: 'Appels manqués',
    unknown: 'Transactions dont personne ne connaît le sort',
    lowFloat: "SIM qui n'ont plus beaucoup d'argent",
  },
  missedCall: 'Appel manqué',
  unknown: "Une transaction attend quelqu'un",
  lowFloat: "Une SIM n'a plus beaucoup d'argent",
  app: 'Comme une application',
  appText: "Relais peut figurer parmi les applications de cet appareil et s'ouvrir dans sa propre fenêtre.",
  install: 'Installer sur cet appareil',
  installed: "Vous utilisez l'application.",
  installHint: "Le menu de votre navigateur propose « Installer » ou « Ajouter à l'écran d'accueil ».",
  callsWhenClosed: 'Me prévenir des appels entrants même quand Relais est fermé',
  noPush:
    'Ce navigateur, ou cette installation, ne peut pas prévenir des appels quand Relais est fermé : il y faut https.',
};
