import type { Sandbox } from '../../core/sandbox.ts';
import { ADDRESS } from '../resources.ts';
import type { DocumentRequirement, Field, Regulation } from './catalogue.ts';
import type { SupportingDocument } from './documents.ts';
import type { EndUser } from './endUsers.ts';
import { type Bundle, itemsOf } from './model.ts';

/** Twilio's codes of what a bundle lacks. */
const CODES = { endUser: 22214, endUserField: 22215, document: 22216, documentField: 22217, address: 22219 };

interface FieldResult {
  friendly_name: string;
  object_field: string;
  failure_reason?: string;
  error_code?: number;
}

export interface RequirementResult {
  friendly_name: string;
  object_type: string;
  passed: boolean;
  failure_reason: string | null;
  error_code: number | null;
  valid: FieldResult[];
  invalid: FieldResult[];
  requirement_friendly_name: string;
  requirement_name: string;
}

/** Compares what is assigned to a bundle with its regulation, requirement by requirement. */
export function evaluate(sb: Sandbox, bundle: Bundle, regulation: Regulation): RequirementResult[] {
  const { endUsers, documents } = itemsOf(sb, bundle);
  const endUser = endUsers.find((candidate) => candidate.type === regulation.endUserType);
  return [
    endUserResult(regulation, endUser),
    ...regulation.documents.map((requirement) => documentResult(sb, bundle, requirement, documents)),
  ];
}

export const isCompliant = (results: RequirementResult[]): boolean =>
  results.every((result) => result.passed);

function endUserResult(regulation: Regulation, endUser: EndUser | undefined): RequirementResult {
  const name = regulation.endUserType === 'business' ? 'Business' : 'Individual';
  const filled = (field: Field) => hasText(endUser?.attributes[field.machine_name]);
  const missing = `The ${name} end user is missing. Assign one to the bundle.`;
  return result({
    friendly_name: name,
    object_type: regulation.endUserType,
    requirement_friendly_name: name,
    requirement_name: `${regulation.endUserType}_info`,
    absent: endUser === undefined ? { reason: missing, code: CODES.endUser } : undefined,
    fields: regulation.endUserFields.map((field) => ({ field, ok: filled(field), code: CODES.endUserField })),
  });
}

function documentResult(
  sb: Sandbox,
  bundle: Bundle,
  requirement: DocumentRequirement,
  documents: SupportingDocument[],
): RequirementResult {
  const tries = requirement.accepted.flatMap((type) =>
    documents
      .filter((document) => document.type === type.type)
      .map((document) =>
        result({
          friendly_name: type.name,
          object_type: type.type,
          requirement_friendly_name: requirement.name,
          requirement_name: requirement.requirement_name,
          absent: undefined,
          fields: type.fields.map((field) => fieldCheck(sb, bundle, field, document)),
        }),
      ),
  );
  const first = requirement.accepted[0];
  const missing = `A document is missing: ${requirement.accepted.map((type) => type.name).join(', or ')}.`;
  const none = result({
    friendly_name: first?.name ?? requirement.name,
    object_type: first?.type ?? 'document',
    requirement_friendly_name: requirement.name,
    requirement_name: requirement.requirement_name,
    absent: { reason: missing, code: CODES.document },
    fields: (first?.fields ?? []).map((field) => ({ field, ok: false, code: codeOf(field) })),
  });
  return tries.find((attempt) => attempt.passed) ?? tries[0] ?? none;
}

const codeOf = (field: Field): number =>
  field.machine_name === 'address_sids' ? CODES.address : CODES.documentField;

function fieldCheck(sb: Sandbox, bundle: Bundle, field: Field, document: SupportingDocument): Check {
  const value = document.attributes[field.machine_name];
  const ok = field.machine_name === 'address_sids' ? namesAddresses(sb, bundle, value) : hasText(value);
  return { field, ok, code: codeOf(field) };
}

function namesAddresses(sb: Sandbox, bundle: Bundle, value: unknown): boolean {
  const sids = Array.isArray(value) ? value : [value];
  return (
    sids.length > 0 &&
    sids.every(
      (sid) => typeof sid === 'string' && sb.store.getOwned(ADDRESS, bundle.account_sid, sid) !== undefined,
    )
  );
}

const hasText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';

interface Check {
  field: Field;
  ok: boolean;
  code: number;
}

interface Findings {
  friendly_name: string;
  object_type: string;
  requirement_friendly_name: string;
  requirement_name: string;
  absent: { reason: string; code: number } | undefined;
  fields: Check[];
}

function result({ absent, fields, ...names }: Findings): RequirementResult {
  const invalid = fields
    .filter((check) => !check.ok)
    .map(({ field, code }) => ({
      friendly_name: field.friendly_name,
      object_field: field.machine_name,
      failure_reason: `The ${field.friendly_name} is missing or not right.`,
      error_code: code,
    }));
  const valid = fields
    .filter((check) => check.ok)
    .map(({ field }) => ({ friendly_name: field.friendly_name, object_field: field.machine_name }));
  const passed = absent === undefined && invalid.length === 0;
  return {
    ...names,
    passed,
    failure_reason: absent?.reason ?? (passed ? null : `${names.friendly_name} is not complete.`),
    error_code: absent?.code ?? invalid[0]?.error_code ?? null,
    valid,
    invalid,
  };
}
