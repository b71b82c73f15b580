import type { ErrorSpec } from './spec.ts';

/** Errors of prices and budgets. */
export const billing = {
  budget_reached: {
    status: 402,
    en: 'The budget “{budget}” ({amount} {currency}) has not enough left: an admin can raise it under Costs › Budgets, or it begins anew after {day}.',
    fr: 'Le budget « {budget} » ({amount} {currency}) ne suffit plus : un admin peut l’augmenter sous Coûts › Budgets, sinon il repart à zéro après le {day}.',
  },
  price_known: {
    status: 409,
    en: 'The list has a price for exactly this from that day on: change that one.',
    fr: 'La liste a déjà un prix pour exactement cela à partir de ce jour : modifiez-le.',
  },
  too_many_prices: {
    status: 409,
    en: 'A list has {limit} prices at most: remove old ones first.',
    fr: 'Une liste compte {limit} prix au plus : retirez-en d’abord d’anciens.',
  },
  too_many_budgets: {
    status: 409,
    en: 'There are {limit} budgets at most: remove one first.',
    fr: 'Il y a {limit} budgets au plus : retirez-en un d’abord.',
  },
} as const satisfies Record<string, ErrorSpec>;
