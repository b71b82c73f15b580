import type { Dictionary } from '../en.ts';

export const gigs: Dictionary['gigs'] = {
  title: 'Gigs',
  intro:
    'Un gig est ce pour quoi un numéro est acheté : une campagne, un client, une équipe. Sa zone de destination décide des numéros qui conviennent.',
  list: "Gigs de l'entreprise",
  add: 'Nouveau gig',
  editTitle: 'Modifier le gig',
  search: 'Rechercher un gig',
  zone: 'Zone de destination',
  zoneHint: 'Le pays dont ce gig a besoin de numéros.',
  description: 'Description',
  numbers: 'Numéros',
  numbersCount_one: '{{count}} numéro',
  numbersCount_other: '{{count}} numéros',
  noNumber: 'Pas encore de numéro',
  buy: 'Acheter un numéro',
  buyFor: 'Acheter un numéro pour {{name}}',
  editOf: 'Modifier {{name}}',
  deleteOf: 'Supprimer {{name}}',
  zoneLocked: 'Ce gig a des numéros de sa zone : la zone ne peut plus changer.',
  deleteTitle: 'Supprimer le gig {{name}} ?',
  deleteText: "Le gig n'a aucun numéro. Sa suppression est définitive.",
  hasNumbers: "Ce gig a encore des numéros : libérez-les ou déplacez-les d'abord vers un autre gig.",
  created: 'Gig créé',
  saved: 'Gig enregistré',
  deleted: 'Gig supprimé',
  create: 'Créer le gig',
  emptyTitle: 'Commencez par un gig',
  emptyText:
    'Dites pour quoi il vous faut des numéros, et dans quel pays. Relais montre alors les numéros en vente et le dossier que ce pays demande.',
};
