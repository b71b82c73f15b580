import type { Dictionary } from '../en.ts';

export const setup: Dictionary['setup'] = {
  title: 'Acheter un numéro',
  intro:
    'Du gig au numéro actif. Vous pouvez vous arrêter à chaque étape : ce que vous avez enregistré est gardé.',
  stepOf: 'Étape {{step}} sur {{total}} :',
  steps: {
    gig: 'Gig',
    paperwork: 'Dossier',
    number: 'Numéro',
    review: 'Vérifier et acheter',
    follow: 'Activation',
  },
  notNeeded: 'Pas nécessaire',
  resume: {
    title: 'Vous avez commencé un dossier : {{country}}',
    text: '{{done}} sur {{total}}. Tout ce que vous avez enregistré est encore là.',
    continue: 'Continuer le dossier',
    forget: 'Commencer autre chose',
  },
  gig: {
    gig: 'Gig',
    gigHint: 'Sa zone de destination décide du pays où les numéros sont cherchés.',
    choose: 'Choisissez un gig',
    chooseFirst: "Choisissez d'abord un gig.",
    provider: 'Fournisseur',
    providerHint:
      "Telnyx prend la commande pendant l'examen du dossier ; Twilio vend une fois qu'il est approuvé.",
    type: 'Type de numéro',
    asking: 'Recherche de ce qui est demandé ({{country}})…',
    asksFor_one:
      "Ce pays ({{country}}) demande {{count}} élément avant l'achat d'un numéro. Vous pouvez le remplir en plusieurs fois.",
    asksFor_other:
      "Ce pays ({{country}}) demande {{count}} éléments avant l'achat d'un numéro. Vous pouvez les remplir en plusieurs fois.",
    asksNothing:
      'Ce pays ({{country}}) ne demande aucun dossier : vous pouvez choisir un numéro tout de suite.',
    hasNumber: '{{gig}} a déjà un numéro : {{number}}. Vous pouvez en acheter un autre.',
  },
  paperwork: {
    later: 'Continuer plus tard',
    kept: 'Votre dossier est gardé. Il vous attend ici et dans « Acheter un numéro ».',
    submit: 'Vérifier et continuer',
    twilioWaits:
      "Twilio vend une fois le dossier approuvé. Vous pouvez partir : cette page suit l'examen d'elle-même.",
  },
  number: {
    list: 'Numéros en vente',
    contains: 'Chiffres du numéro',
    areaCode: 'Indicatif régional',
    locality: 'Ville',
    features: 'Doit permettre',
    search: 'Rechercher',
    none: 'Aucun numéro de ce type en vente ({{country}})',
    noneText:
      'Cherchez avec moins de conditions, ou revenez choisir un autre type de numéro ou un autre fournisseur.',
    choose: 'Choisir',
    chooseOf: 'Choisir {{number}}',
    priceUnknown: 'Prix non publié',
    plusOnce: 'plus {{price}} une fois',
  },
  review: {
    dueNow: 'À payer maintenant',
    waitsForReview:
      "Le dossier est en examen : la commande est prise maintenant, et le numéro devient actif après l'approbation.",
    another: 'Choisir un autre numéro',
    gone: "Ce numéro n'est plus là : choisissez-en un autre.",
    buy: 'Acheter ce numéro',
    buyAgain: "Réessayer : rien n'est acheté deux fois",
  },
  follow: {
    pending: 'Commandé. Le fournisseur livre le numéro.',
    pendingText:
      "Cela prend de quelques secondes à quelques jours selon le pays. La page suit d'elle-même ; vous pouvez aussi partir.",
    active: 'Le numéro est actif.',
    error: "La commande a échoué. Rien n'a été livré.",
    released: 'Le numéro a été libéré.',
    open: 'Ouvrir le numéro',
    another: 'Acheter un autre numéro',
  },
};
