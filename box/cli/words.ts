/** A sentence in the languages of the people who stand beside boxes. */
export interface Words {
  en: string;
  fr: string;
}

export const HELP: Words = {
  en: `Usage: npx relais-box <command>

  enroll <server> <code>   makes this machine a box of your company; the code is in the console (Boxes → New box)
  run                      carries out transactions until it is stopped
  status                   how the box is, and what it has in hand
  dry-run <operator> <type> <number> <amount or item>
                           shows what would be dialled; the SIM is not touched
  doctor                   checks ports, SIM, signal, clock, disk and server
  service                  prints a systemd unit and how to install it

  --data <folder>          where the queue and box.json are kept (./data/box)
  --server, --token, --id, --location, --driver modem|simulator, --templates <file>
  --port <device>, --operator <name>   of the first SIM

docs/boxes.md tells the rest.`,
  fr: `Usage : npx relais-box <commande>

  enroll <serveur> <code>  fait de cette machine un boîtier de votre entreprise ; le code est dans la console (Boîtiers → Nouveau)
  run                      exécute les transactions jusqu'à l'arrêt
  status                   l'état du boîtier et ce qu'il a en main
  dry-run <opérateur> <type> <numéro> <montant ou article>
                           montre ce qui serait composé ; la SIM n'est pas touchée
  doctor                   vérifie ports, SIM, signal, horloge, disque et serveur
  service                  affiche une unité systemd et comment l'installer

  --data <dossier>         où sont la file et box.json (./data/box)
  --server, --token, --id, --location, --driver modem|simulator, --templates <fichier>
  --port <appareil>, --operator <nom>  de la première SIM

Le reste est dans docs/boxes.fr.md.`,
};

/** Prints a sentence in the language of the machine. */
export function say(language: 'en' | 'fr', en: string, fr: string): void {
  console.log(language === 'fr' ? fr : en);
}

/** The same, of something that went wrong. */
export function complain(language: 'en' | 'fr', en: string, fr: string): void {
  console.error(language === 'fr' ? fr : en);
}
