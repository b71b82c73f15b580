import type { Dictionary } from '../en.ts';

export const notices: Dictionary['notices'] = {
  title: 'Notifications',
  intro: 'Ce dont cet appareil vous prévient. Chaque appareil a ses propres choix.',
  whileOpen: "Quand Relais est ouvert derrière d'autres fenêtres",
  whileOpenText: 'Le système vous prévient de ce qui arrive pendant que vous regardez ailleurs.',
  allow: 'Autoriser les notifications',
  blocked: 'Les notifications sont bloquées pour ce site : autorisez-les dans les réglages du navigateur.',
  kinds: {
    calls: 'Appels entrants',
    texts: 'Nouveaux messages',
    missedCalls: 'Appels manqués',
    unknown: 'Transactions dont personne ne connaît le sort',
    lowFloat: "SIM qui n'ont plus beaucoup d'argent",
    boxes: 'CallBox qui ne répondent plus ou sont en quarantaine',
    budgets: 'Budgets qui atteignent un seuil',
  },
  missedCall: 'Appel manqué',
  unknown: "Une transaction attend quelqu'un",
  lowFloat: "Une SIM n'a plus beaucoup d'argent",
  box: { disconnected: 'Une CallBox ne répond plus', quarantined: 'Une CallBox est en quarantaine' },
  app: 'Comme une application',
  appText: "Relais peut figurer parmi les applications de cet appareil et s'ouvrir dans sa propre fenêtre.",
  install: 'Installer sur cet appareil',
  installed: "Vous utilisez l'application.",
  installHint: "Le menu de votre navigateur propose « Installer » ou « Ajouter à l'écran d'accueil ».",
  whileClosed: 'Quand Relais est fermé',
  whileClosedText:
    "Le service de notifications du navigateur apporte la même chose à cet appareil quand aucun onglet n'est ouvert.",
  alsoClosed: 'Me prévenir aussi quand Relais est fermé',
  words: "Montrer les premiers mots des messages, et les sommes, même sur l'écran verrouillé",
  noPush:
    'Ce navigateur, ou cette installation, ne peut prévenir de rien quand Relais est fermé : il y faut https.',
};
