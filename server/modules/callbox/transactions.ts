/** What other parts of this module do with transactions. */
export { type OperatorFinding, settleFromOperator } from './settle.ts';
