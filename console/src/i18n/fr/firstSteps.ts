import type { Dictionary } from '../en.ts';

export const firstSteps: Dictionary['firstSteps'] = {
  title: 'Premiers pas',
  progress_one: '{{count}} sur {{of}} fait',
  progress_other: '{{count}} sur {{of}} faits',
  close: 'Ranger cette liste',
  isDone: ' (fait)',
  isOpen: ' (à faire)',
  steps: {
    number: {
      title: 'Acheter un numéro',
      text: 'Les messages et les appels passent par lui. Les pièces que demande son pays sont réunies en chemin.',
    },
    address: {
      title: 'Rendre ce serveur joignable par les fournisseurs',
      text: 'Ils envoient messages et appels à {{url}} : donnez à PUBLIC_BASE_URL une adresse https joignable depuis internet.',
    },
    text: {
      title: 'Envoyer un premier message',
      text: 'À votre propre téléphone, par exemple. La réponse apparaît dans la boîte de réception.',
    },
    call: {
      title: 'Passer un premier appel',
      text: 'Depuis le navigateur ou par votre téléphone : « Appeler », en haut de la page.',
    },
    team: {
      title: "Inviter l'équipe",
      text: 'Chacun avec son rôle ; personne ne partage de mot de passe.',
    },
    twoFactor: {
      title: 'Activer la connexion en deux étapes',
      text: "Un mot de passe volé n'ouvre alors plus rien : ce compte peut dépenser de l'argent.",
    },
    mail: {
      title: 'Permettre à Relais d’envoyer des e-mails',
      text: "Renseignez SMTP_URL et MAIL_FROM : les invitations partent alors d'elles-mêmes. D'ici là, transmettez leurs liens.",
    },
    backup: {
      title: "Vérifier qu'une sauvegarde se restaure",
      text: 'Relais se copie chaque jour. « npx relais drill » restaure la dernière copie à côté et compte ce qui s’y trouve.',
    },
    box: {
      title: 'Connecter une CallBox',
      text: "Seulement si vous faites du crédit téléphonique et de l'argent mobile : elle travaille à côté d'une carte SIM, sur le terrain.",
    },
  },
};
