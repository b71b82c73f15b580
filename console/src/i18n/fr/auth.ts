import type { Dictionary } from '../en.ts';

export const auth: Dictionary['auth'] = {
  signIn: 'Se connecter',
  signInText: 'Les numéros, les appels et les messages de votre entreprise, au même endroit.',
  email: 'Adresse e-mail',
  password: 'Mot de passe',
  emailInvalid: 'Saisissez une adresse e-mail, par exemple nom@exemple.fr.',
  codeTitle: 'Saisissez votre code',
  codeText:
    "Ouvrez votre application d'authentification et saisissez les six chiffres qu'elle affiche pour Relais.",
  code: 'Code',
  codeFormat: 'Le code compte six chiffres.',
  verify: 'Vérifier',
  useRecovery: 'Utiliser plutôt un code de secours',
  useTotp: "Utiliser plutôt l'application d'authentification",
  recoveryTitle: 'Saisissez un code de secours',
  recoveryText:
    'Chacun des codes enregistrés lors de la mise en place de la connexion en deux étapes sert une fois.',
  recoveryCode: 'Code de secours',
  startAgain: 'Recommencer',
  passwordShort: 'Le mot de passe doit compter au moins {{min}} caractères.',
  locked: 'La connexion à ce compte est suspendue',
  invitation: {
    title: 'Rejoindre {{company}}',
    text: "Vous êtes invité avec l'adresse {{email}}, dans le rôle suivant : {{role}}.",
    name: 'Votre nom',
    newPassword: 'Choisissez un mot de passe',
    passwordHint: 'Au moins {{min}} caractères. Quelques mots pris au hasard conviennent bien.',
    createAndJoin: 'Créer le compte et rejoindre',
    join: 'Rejoindre {{company}}',
    signInFirst: 'Un compte existe pour cette adresse : connectez-vous avec lui pour accepter.',
    signInToAccept: 'Se connecter pour accepter',
    otherAccount:
      "Vous êtes connecté avec {{email}}, mais cette invitation est destinée à {{invited}}. Déconnectez-vous d'abord.",
    gone: "Cette invitation n'est pas utilisable",
    goneText:
      'Elle a expiré, a été retirée ou a déjà été acceptée. Demandez-en une nouvelle à la personne qui vous a invité.',
    until: "Valable jusqu'au {{date}}",
  },
};
