import { TEMPLATE_VARIABLES, variablesOf } from '../../../../server/modules/messages/model.ts';

const VARIABLE = /(\{\{\s*[a-z][a-z0-9_]{0,39}\s*\}\})/i;

/** The variables that nobody fills in by themselves. */
export function unknownVariables(text: string): string[] {
  const known: readonly string[] = TEMPLATE_VARIABLES;
  return variablesOf(text).filter((name) => !known.includes(name));
}

/** Whether braces stand in the text that make no variable: they would be sent. */
export function hasBrokenBraces(text: string): boolean {
  return text
    .split(VARIABLE)
    .filter((_, index) => index % 2 === 0)
    .some((between) => between.includes('{{') || between.includes('}}'));
}

/** The text in pieces, those that are variables told apart. */
export function piecesOf(text: string): { text: string; isVariable: boolean }[] {
  return text
    .split(VARIABLE)
    .map((piece, index) => ({ text: piece, isVariable: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}

/** The text with something put in place of a selection, and where the caret stands then. */
export function insertAt(
  text: string,
  insertion: string,
  start: number,
  end: number,
): { text: string; caret: number } {
  return { text: text.slice(0, start) + insertion + text.slice(end), caret: start + insertion.length };
}
