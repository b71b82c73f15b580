import { hashPassword } from 'better-auth/crypto';
import { type CompanyCtx, type Ctx, type Kernel, systemCtx } from '../../kernel/ctx.ts';
import { isUniqueViolation } from '../../kernel/db/index.ts';
import { fail, type Language } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { type ApiKey, createApiKey, type NewApiKey } from './api-keys.ts';
import { addCompany } from './companies.ts';
import { PASSWORD_MAX, PASSWORD_MIN } from './model.ts';
import { insertPerson, membershipsOf, personByEmail, personById, type Runner } from './store.ts';

export interface NewOwner {
  email: string;
  password: string;
  name: string;
  companyName: string;
  /** ISO 3166-1 alpha-2. */
  companyCountry: string;
  language?: Language;
}

/**
 * Makes a person with a password and a company that the person owns. A person who exists already keeps name, password
 * and companies, and gets a company only if there is none.
 * @returns their ids, and whether anything was made.
 */
export async function createOwner(
  kernel: Kernel,
  owner: NewOwner,
): Promise<{ userId: string; companyId: string; created: boolean }> {
  const email = owner.email.trim().toLowerCase();
  const passwordHash = await hashNewPassword(owner.password);
  try {
    return await kernel.db.auth.transaction().execute(async (tx) => {
      const existing = await personByEmail(tx, email);
      const owned = existing && (await membershipsOf(tx, existing.id)).find(({ role }) => role === 'owner');
      if (existing && owned) return { userId: existing.id, companyId: owned.companyId, created: false };
      const language = owner.language ?? 'en';
      const userId =
        existing?.id ?? (await addPerson(kernel, tx, { name: owner.name, email, language, passwordHash }));
      const wanted = { name: owner.companyName, country: owner.companyCountry };
      const company = await addCompany(tx, installationCtx(kernel), wanted, userId);
      return { userId, companyId: company.id, created: true };
    });
  } catch (error) {
    // Another process made the same person at the same moment: now there is one to find.
    if (isUniqueViolation(error, 'users_email_key')) return createOwner(kernel, owner);
    throw error;
  }
}

/** For what is done at the installation itself, before there is a company. */
function installationCtx(kernel: Kernel): Ctx {
  return { ...systemCtx(kernel, '', 'create-owner'), companyId: null };
}

/** Makes an API key for a company outside any request, e.g. for example data. */
export async function issueApiKey(
  kernel: Kernel,
  wanted: NewApiKey & { companyId: string; createdBy?: string },
): Promise<{ apiKey: ApiKey; secret: string }> {
  const creator = wanted.createdBy ? await personById(kernel.db.system, wanted.createdBy) : null;
  const ctx: CompanyCtx = systemCtx(kernel, wanted.companyId, 'issue-api-key');
  if (creator) ctx.actor = { kind: 'user', id: creator.id, name: creator.name, role: null };
  return createApiKey(ctx, wanted);
}

/** Adds a person who signs in by password. @returns the person's id. */
export async function addPerson(
  kernel: Kernel,
  tx: Runner,
  person: { name: string; email: string; language: Language; passwordHash: string },
): Promise<string> {
  const id = newId(kernel.clock);
  await insertPerson(tx, { ...person, id, accountId: newId(kernel.clock), now: kernel.clock.now() });
  return id;
}

/** Hashes a password that is long enough (scrypt). @throws password_unfit */
export function hashNewPassword(password: string): Promise<string> {
  if (password.length < PASSWORD_MIN || password.length > PASSWORD_MAX)
    fail('password_unfit', { min: PASSWORD_MIN, max: PASSWORD_MAX });
  return hashPassword(password);
}
