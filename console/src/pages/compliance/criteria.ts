import type { TFunction } from 'i18next';
import type { Violation } from '../../../../server/modules/compliance/model.ts';
import type { AcceptanceCriteria } from '../../api/types.ts';

/** A broken criterion in words. */
export function violationText(violation: Violation, t: TFunction, country: (code: string) => string): string {
  switch (violation.rule) {
    case 'too_short':
      return t('compliance.violations.too_short', { minLength: violation.minLength });
    case 'too_long':
      return t('compliance.violations.too_long', { maxLength: violation.maxLength });
    case 'not_among':
      return t('compliance.violations.not_among', { values: violation.acceptableValues.join(', ') });
    case 'wrong_country':
      return t('compliance.violations.wrong_country', { country: country(violation.country) });
    default:
      return t(`compliance.violations.${violation.rule}`);
  }
}

/** What is accepted, one short phrase each; the provider's own phrases stay in its words. */
export function criteriaTexts(criteria: AcceptanceCriteria, t: TFunction): string[] {
  const { minLength: min, maxLength: max, acceptableValues, timeLimit, localityLimit } = criteria;
  const texts: string[] = [];
  if (min !== undefined && max !== undefined) texts.push(t('compliance.requirement.length', { min, max }));
  else if (min !== undefined) texts.push(t('compliance.requirement.minLength', { min }));
  else if (max !== undefined) texts.push(t('compliance.requirement.maxLength', { max }));
  if (acceptableValues?.length)
    texts.push(t('compliance.requirement.among', { values: acceptableValues.join(', ') }));
  if (timeLimit) texts.push(t('compliance.requirement.timeLimit', { limit: timeLimit }));
  if (localityLimit) texts.push(t('compliance.requirement.locality', { limit: localityLimit }));
  return texts;
}
