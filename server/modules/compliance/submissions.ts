import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { type ErrorCode, fail, type Language, RelaisError } from '../../kernel/errors.ts';
import { publish } from '../../kernel/live.ts';
import { audit } from '../identity/index.ts';
import type { PostalAddress, RequirementType } from '../providers/index.ts';
import { keepFile, type UploadedFile } from './documents.ts';
import type { DocumentRow } from './documents-store.ts';
import { findDocument } from './documents-store.ts';
import { enqueueSync, type Group, getGroup } from './groups.ts';
import { checkAddress, checkText, groupCan, type Violation } from './model.ts';
import * as store from './store.ts';
import { syncGroup } from './sync.ts';

/** A company's answer to one requirement. */
export type Answer = { text: string } | { documentId: string } | { address: PostalAddress };

const EXPECTED: Record<RequirementType, Record<Language, string>> = {
  textual: { en: 'a text: POST it to /values', fr: 'un texte : envoyez-le à /values' },
  document: { en: 'a document: POST it to /documents', fr: 'un document : envoyez-le à /documents' },
  address: { en: 'an address object: POST it to /values', fr: 'un objet adresse : envoyez-le à /values' },
};

/** Outcomes after which a saved answer simply stays to be sent later. */
const SEND_LATER = new Set<ErrorCode>([
  'provider_error',
  'provider_timeout',
  'provider_rate_limited',
  'provider_unauthorized',
  'provider_not_configured',
]);

/**
 * Saves answers to a group's requirements and sends them to the provider. What is saved stays saved: when the provider
 * cannot be reached, it is sent later. Nothing is saved when one of the answers breaks a criterion.
 * @throws unknown_requirement, requirement_type_mismatch, requirement_value_invalid, requirements_not_editable, not_found.
 */
export async function submitAnswers(
  ctx: CompanyCtx,
  groupId: string,
  answers: { field: string; answer: Answer }[],
): Promise<Group> {
  const group = await getGroup(ctx, groupId);
  const checked = answers.map(({ field, answer }) => check(ctx, group, field, answer));
  const at = ctx.kernel.clock.now();
  await transact(ctx, async (tx) => {
    const current = await store.findGroupForUpdate(tx, group.row.id);
    if (!current || !groupCan('edit', current.reviewStatus)) {
      fail('requirements_not_editable', {
        status: statusWord(current?.reviewStatus ?? 'draft', ctx.language),
      });
    }
    for (const { requirement, value } of checked) {
      await assertDocumentExists(tx, value.documentId);
      await store.saveValue(tx, group.row.id, requirement.requirementId, value, at);
      const changes = {
        [requirement.field]: {
          from: describe(requirement),
          to: value.textValue ?? value.documentId ?? 'address',
        },
      };
      await audit(tx, ctx, {
        action: 'requirement.submitted',
        entityType: 'requirement_group',
        entityId: group.row.id,
        changes,
      });
    }
    await enqueueSync(ctx, tx, group.row.id);
    await publish(tx, ctx.companyId, 'requirement_group', group.row.id);
  });
  await sendNow(ctx, group.row.id);
  return getGroup(ctx, group.row.id);
}

/** Takes a file into the company's vault and answers a requirement with it. */
export async function submitFile(
  ctx: CompanyCtx,
  groupId: string,
  field: string,
  file: UploadedFile,
): Promise<{ group: Group; document: DocumentRow }> {
  const group = await getGroup(ctx, groupId);
  const requirement = findRequirement(group, field);
  if (requirement.type !== 'document') mismatch(ctx, requirement);
  const document = await keepFile(ctx, file);
  return {
    group: await submitAnswers(ctx, groupId, [{ field, answer: { documentId: document.id } }]),
    document,
  };
}

async function assertDocumentExists(
  tx: Parameters<typeof findDocument>[0],
  documentId: string | null,
): Promise<void> {
  if (documentId && !(await findDocument(tx, documentId))) fail('not_found', { what: 'document' });
}

async function sendNow(ctx: CompanyCtx, groupId: string): Promise<void> {
  try {
    await syncGroup(ctx, groupId);
  } catch (error) {
    if (!(error instanceof RelaisError && SEND_LATER.has(error.code))) throw error;
    ctx.log.warn({ groupId, code: error.code }, 'The answer is saved; it will be sent to the provider later');
  }
}

/** The requirement that a field names: its slug, or the provider's id. */
export function findRequirement(group: Group, field: string): store.RequirementRow {
  const found = group.requirements.find(
    (requirement) => requirement.field === field || requirement.requirementId === field,
  );
  if (!found)
    fail(
      'unknown_requirement',
      { field },
      { fields: group.requirements.map((requirement) => requirement.field) },
    );
  return found;
}

function mismatch(ctx: CompanyCtx, requirement: store.RequirementRow): never {
  fail('requirement_type_mismatch', {
    field: requirement.name,
    expected: EXPECTED[requirement.type][ctx.language],
  });
}

function check(
  ctx: CompanyCtx,
  group: Group,
  field: string,
  answer: Answer,
): { requirement: store.RequirementRow; value: store.SubmittedValue } {
  const requirement = findRequirement(group, field);
  const none: store.SubmittedValue = { textValue: null, documentId: null, address: null };
  if (requirement.type === 'textual' && 'text' in answer) {
    refuseViolation(ctx, requirement, checkText(requirement.criteria, answer.text));
    return { requirement, value: { ...none, textValue: answer.text.trim() } };
  }
  if (requirement.type === 'address' && 'address' in answer) {
    refuseViolation(ctx, requirement, checkAddress(requirement.criteria, answer.address, group.row.country));
    return { requirement, value: { ...none, address: answer.address } };
  }
  if (requirement.type === 'document' && 'documentId' in answer)
    return { requirement, value: { ...none, documentId: answer.documentId } };
  mismatch(ctx, requirement);
}

function refuseViolation(
  ctx: CompanyCtx,
  requirement: store.RequirementRow,
  violation: Violation | null,
): void {
  if (!violation) return;
  const details = { field: requirement.field, ...violation };
  fail(
    'requirement_value_invalid',
    { field: requirement.name, reason: inWords(violation, ctx.language) },
    details,
  );
}

/** A broken criterion in a sentence that says what would be right. */
export function inWords(violation: Violation, language: Language): string {
  const french = language === 'fr';
  switch (violation.rule) {
    case 'empty':
      return french ? 'une valeur est nécessaire' : 'a value is needed';
    case 'too_short':
      return french
        ? `au moins ${violation.minLength} caractères`
        : `at least ${violation.minLength} characters`;
    case 'too_long':
      return french
        ? `au plus ${violation.maxLength} caractères`
        : `at most ${violation.maxLength} characters`;
    case 'not_among':
      return `${french ? "l'une de ces valeurs" : 'one of these values'}: ${violation.acceptableValues.join(', ')}`;
    case 'wrong_form':
      return `${french ? 'la forme attendue est' : 'the expected form is'} ${violation.pattern}`;
    case 'missing_part':
      return french ? `la partie « ${violation.part} » manque` : `the part "${violation.part}" is missing`;
    case 'wrong_country':
      return french
        ? `l'adresse doit se trouver en ${violation.country}`
        : `the address must be in ${violation.country}`;
  }
}

function describe(requirement: store.RequirementRow): string | null {
  return requirement.textValue ?? requirement.documentId ?? (requirement.address ? 'address' : null);
}

function statusWord(status: store.GroupRow['reviewStatus'], language: Language): string {
  const words = {
    draft: ['a draft', 'un brouillon'],
    in_review: ['in review', "à l'examen"],
    approved: ['approved', 'approuvé'],
    rejected: ['rejected', 'rejeté'],
    expired: ['expired', 'expiré'],
  } as const;
  return words[status][language === 'fr' ? 1 : 0];
}
