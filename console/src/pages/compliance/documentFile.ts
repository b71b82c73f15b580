export const DOCUMENT_MAX_BYTES = 10 * 1024 * 1024;
export const DOCUMENT_ACCEPT = '.pdf,.png,.jpg,.jpeg,application/pdf,image/png,image/jpeg';

const TYPES = ['application/pdf', 'image/png', 'image/jpeg'];

export type FileProblem = 'wrongType' | 'tooLarge' | 'empty';

/** What is wrong with a file before it is sent; the server looks at the content itself. */
export function checkFile(file: Pick<File, 'type' | 'size'>): FileProblem | null {
  if (file.size === 0) return 'empty';
  if (file.size > DOCUMENT_MAX_BYTES) return 'tooLarge';
  return TYPES.includes(file.type) ? null : 'wrongType';
}
