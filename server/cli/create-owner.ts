import { parseArgs } from 'node:util';
import { z } from 'zod';
import { commandSettings, loadConfig, publicBaseUrl } from '../kernel/config.ts';
import { migrate } from '../kernel/db/migrate.ts';
import { parseCountry } from '../kernel/phone.ts';
import { PASSWORD_MAX, PASSWORD_MIN } from '../modules/identity/index.ts';
import { createOwner } from '../modules/identity/upkeep.ts';
import { ask, canAsk, readFirstLine } from './ask.ts';
import { openInstallation } from './open.ts';
import { CommandError, type Words } from './words.ts';

const OPTIONS = {
  email: { type: 'string' },
  name: { type: 'string' },
  company: { type: 'string' },
  country: { type: 'string' },
} as const;
type Answers = Record<keyof typeof OPTIONS, string>;

const QUESTIONS: Record<keyof Answers, Words> = {
  email: { en: 'E-mail address', fr: 'Adresse e-mail' },
  name: { en: 'Name', fr: 'Nom' },
  company: { en: 'Company', fr: 'Entreprise' },
  country: { en: 'Country of the company (e.g. FR)', fr: "Pays de l'entreprise (p. ex. FR)" },
};

const checks: Record<keyof Answers, (answer: string) => boolean> = {
  email: (answer) => z.email().max(320).safeParse(answer).success,
  name: (answer) => answer.length >= 1 && answer.length <= 200,
  company: (answer) => answer.length >= 1 && answer.length <= 200,
  // Says itself what a country is.
  country: (answer) => parseCountry(answer) !== '',
};

/** Fewer different characters than this are no password, however often they are repeated. */
const DIFFERENT_CHARACTERS_MIN = 5;

/** `create-owner`: a person with a password, and the company that the person owns. Nothing is asked for twice. */
export async function createOwnerCommand(args: string[]): Promise<number> {
  const { language } = commandSettings();
  const { values } = parseArgs({ args, options: OPTIONS });
  const config = loadConfig();
  const answers = await readAnswers(values);
  const password = await readPassword(answers.email);
  const { kernel, close } = await openInstallation(config, 'create-owner');
  try {
    await migrate(kernel.db.ownerPool);
    const { created } = await createOwner(kernel, {
      email: answers.email,
      password,
      name: answers.name,
      companyName: answers.company,
      companyCountry: parseCountry(answers.country),
      language,
    });
    const done: Words = created
      ? {
          en: `${answers.email} owns ${answers.company} and can sign in at ${publicBaseUrl(config)}`,
          fr: `${answers.email} est propriétaire de ${answers.company} et peut se connecter sur ${publicBaseUrl(config)}`,
        }
      : {
          en: `${answers.email} owns a company already: nothing was changed, the password neither.`,
          fr: `${answers.email} est déjà propriétaire d'une entreprise : rien n'a changé, le mot de passe non plus.`,
        };
    console.log(done[language]);
    return 0;
  } finally {
    await close();
  }
}

async function readAnswers(given: Partial<Answers>): Promise<Answers> {
  const { language } = commandSettings();
  const answers: Partial<Answers> = {};
  for (const field of Object.keys(QUESTIONS) as (keyof Answers)[]) {
    const answer = given[field]?.trim() ?? (canAsk() ? await ask(QUESTIONS[field][language]) : '');
    if (answer === '') throw new CommandError({ en: `--${field} is missing.`, fr: `--${field} manque.` });
    if (!checks[field](answer))
      throw new CommandError({
        en: `${QUESTIONS[field].en}: "${answer}" cannot be used.`,
        fr: `${QUESTIONS[field].fr} : « ${answer} » ne peut pas servir.`,
      });
    answers[field] = answer;
  }
  return answers as Answers;
}

async function readPassword(email: string): Promise<string> {
  const { language, ownerPassword } = commandSettings();
  if (ownerPassword) return fit(ownerPassword, email);
  if (!canAsk()) return fit(await readFirstLine(), email);
  const words: Words = { en: 'Password', fr: 'Mot de passe' };
  const again: Words = { en: 'The same again', fr: 'Le même encore une fois' };
  const password = fit(await ask(words[language], { hidden: true }), email);
  if ((await ask(again[language], { hidden: true })) !== password)
    throw new CommandError({
      en: 'The two passwords differ: start again.',
      fr: 'Les deux mots de passe diffèrent : recommencez.',
    });
  return password;
}

/** @returns the password. @throws CommandError when it is too easy to guess. */
function fit(password: string, email: string): string {
  if (password.length < PASSWORD_MIN || password.length > PASSWORD_MAX)
    throw new CommandError({
      en: `The password must have ${PASSWORD_MIN} to ${PASSWORD_MAX} characters: a few words in a row are good.`,
      fr: `Le mot de passe doit avoir de ${PASSWORD_MIN} à ${PASSWORD_MAX} caractères : quelques mots à la suite font l'affaire.`,
    });
  const lower = password.toLowerCase();
  const guessable =
    new Set(lower).size < DIFFERENT_CHARACTERS_MIN ||
    lower === email.toLowerCase() ||
    /^(?:password|motdepasse|azerty|qwerty|relais)[\d!._-]*$/.test(lower) ||
    '01234567890123456789'.includes(password);
  if (guessable)
    throw new CommandError({
      en: 'This password is among the first that anybody tries: choose another one, e.g. four words that do not belong together.',
      fr: "Ce mot de passe est de ceux qu'on essaie en premier : choisissez-en un autre, p. ex. quatre mots sans rapport.",
    });
  return password;
}
