import type { Dictionary } from '../en.ts';

export const shell: Dictionary['shell'] = {
  nav: { numbers: 'Numéros', gigs: 'Gigs', compliance: 'Conformité', settings: 'Réglages' },
  home: 'Relais, accueil',
  mainNavigation: 'Principale',
  menu: 'Menu',
  openMenu: 'Ouvrir le menu',
  skipToContent: 'Aller au contenu',
  apiDocs: "Référence de l'API",
  language: 'Langue',
  languages: { en: 'English', fr: 'Français' },
  theme: 'Apparence',
  themes: { system: 'Comme le système', light: 'Claire', dark: 'Sombre' },
  security: 'Sécurité',
  signOut: 'Se déconnecter',
  userMenu: 'Compte de {{name}}',
  switchCompany: 'Entreprise : {{company}}. Changer',
  noCompany: 'Aucune entreprise',
  newCompany: 'Nouvelle entreprise',
  createCompany: "Créer l'entreprise",
  companyName: "Nom de l'entreprise",
  companyCountry: 'Pays',
  noCompanyTitle: 'Votre première entreprise',
  noCompanyText:
    "Vous n'appartenez encore à aucune entreprise. Créez-en une, ou ouvrez le lien d'invitation que vous avez reçu.",
  live: { connecting: 'Connexion', live: 'En direct', reconnecting: 'Reconnexion…' },
  liveHint: {
    connecting: 'Ouverture du flux en direct',
    live: 'Cet écran suit de lui-même ce qui se passe',
    reconnecting: "Le flux en direct est interrompu ; il reprendra là où il s'est arrêté",
  },
  notFoundTitle: "Il n'y a rien à cette adresse",
  notFoundText: "Le lien est peut-être ancien, ou ce qu'il montrait appartient à une autre entreprise.",
  crashTitle: "Cette page n'a pas pu s'afficher",
  crashText:
    'Une version plus récente a peut-être été installée entre-temps. Rechargez la page ; ce que vous avez enregistré est à l’abri.',
  reload: 'Recharger',
};
