import { classify } from '../core/inventory.ts';
import { countryOfNumber } from '../core/texts/model.ts';

/** Where a number is from; only North American numbers have a place. */
export function placeParams(
  party: 'From' | 'To' | 'Caller' | 'Called',
  number: string,
): Record<string, string> {
  const area = number.startsWith('+1') ? classify(number)?.area : undefined;
  return {
    [`${party}Country`]: number.startsWith('+') ? (countryOfNumber(number) ?? '') : '',
    [`${party}State`]: area?.region ?? '',
    [`${party}City`]: area?.locality.toUpperCase() ?? '',
    [`${party}Zip`]: '',
  };
}
