import type { Dictionary } from '../en.ts';

export const saved: Dictionary['saved'] = {
  title: 'Filtres enregistrés',
  open: 'Enregistrés',
  current: 'Filtres enregistrés : {{name}}',
  none: 'Pas encore pour cette liste.',
  hint: "Posez des filtres et donnez-leur un nom ici : ils seront ensuite à portée d'un clic, et de Ctrl K.",
  name: 'Nom des filtres actuels',
  example: 'Échecs chez MTN',
  share: "Pour toute l'entreprise",
  save: 'Enregistrer',
  replace: 'Remplacer celui de ce nom',
  done: 'Enregistré sous « {{name}} »',
  by: 'par {{name}}',
  shareHint: "Vous seul le voyez. Le partager avec l'entreprise ?",
  sharedHint: "Toute l'entreprise le voit.",
  shareOf: "Partager « {{name}} » avec l'entreprise",
  deleteOf: 'Supprimer « {{name}} »',
};
