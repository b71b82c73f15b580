import { RelaisError } from '../../../kernel/errors.ts';
import { text } from '../parse.ts';
import type { TwilioParts } from './client.ts';

interface EvaluationResult {
  passed?: boolean;
  object_type?: string;
  requirement_name?: string;
  requirement_friendly_name?: string;
  failure_reason?: string;
  invalid?: { object_field?: string; friendly_name?: string; failure_reason?: string }[];
}

/** One thing that Twilio finds missing or wrong. */
export interface Shortcoming {
  /** Ours, where it can be told: end_user.<field>, document.<requirement>.<type> or field.<requirement>.<type>.<field>. */
  requirementId: string;
  name: string;
  reason: string;
}

/** Has Twilio evaluate a bundle. @throws requirement_value_invalid with every shortcoming in details.failed. */
export async function requireCompliance({ client, request }: TwilioParts, bundleSid: string): Promise<void> {
  // Each evaluation is a new record and changes nothing else.
  const evaluation = await request('repeatable', () =>
    client.numbers.v2.regulatoryCompliance.bundles(bundleSid).evaluations.create(),
  );
  if (evaluation.status === 'compliant') return;
  const failed = shortcomings((evaluation.results ?? []) as EvaluationResult[]);
  const first = failed[0] ?? {
    requirementId: 'bundle',
    name: 'The paperwork',
    reason: 'Twilio finds it not compliant.',
  };
  throw new RelaisError('requirement_value_invalid', {
    params: { field: first.name, reason: first.reason },
    details: { provider: 'twilio', failed },
  });
}

/** What an evaluation found, requirement by requirement. Pure. */
export function shortcomings(results: EvaluationResult[]): Shortcoming[] {
  return results
    .filter((result) => result.passed === false)
    .flatMap((result) => {
      const fields = (result.invalid ?? []).filter((field) => text(field.object_field) !== null);
      if (fields.length === 0) return [shortcoming(result, null)];
      return fields.map((field) => shortcoming(result, field));
    });
}

type FieldResult = NonNullable<EvaluationResult['invalid']>[number];

function shortcoming(result: EvaluationResult, field: FieldResult | null): Shortcoming {
  const requirement = text(result.requirement_name) ?? 'unknown';
  const type = text(result.object_type) ?? 'unknown';
  const isEndUser = type === 'business' || type === 'individual';
  const name = text(field?.friendly_name) ?? text(result.requirement_friendly_name) ?? requirement;
  const reason = text(field?.failure_reason) ?? text(result.failure_reason) ?? 'It is missing or wrong.';
  const fieldName = text(field?.object_field);
  if (isEndUser) return { requirementId: fieldName ? `end_user.${fieldName}` : 'end_user', name, reason };
  // Twilio's address document has no field but the address itself.
  const isDocument = !fieldName || type === 'address';
  return {
    requirementId: isDocument
      ? `document.${requirement}.${type}`
      : `field.${requirement}.${type}.${fieldName}`,
    name,
    reason,
  };
}
