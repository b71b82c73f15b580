import type { Authority } from '../../server/kernel/http/authority.ts';

/** One operation of openapi.json. */
export interface Operation {
  id: string;
  /** In capitals. */
  method: string;
  /** With parameters in braces, e.g. /api/gigs/{gigId}. */
  path: string;
  summary: string | undefined;
  tags: string[] | undefined;
  authority: Authority | undefined;
  security: unknown[] | undefined;
  parameters: { name: string; in: string; required?: boolean }[];
  /** Content types that the body may have; empty when there is no body. */
  bodyTypes: string[];
  responses: Record<string, { description: string; content?: Record<string, { schema: unknown }> }>;
}

interface Documented {
  operationId: string;
  summary?: string;
  tags?: string[];
  'x-authority'?: Authority;
  security?: unknown[];
  parameters?: Operation['parameters'];
  requestBody?: { content: Record<string, unknown> };
  responses: Operation['responses'];
}

/** Every operation of an OpenAPI document, in its order. */
export function readOperations(document: { paths: Record<string, Record<string, Documented>> }): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, documented]) => ({
      id: documented.operationId,
      method: method.toUpperCase(),
      path,
      summary: documented.summary,
      tags: documented.tags,
      authority: documented['x-authority'],
      security: documented.security,
      parameters: documented.parameters ?? [],
      bodyTypes: Object.keys(documented.requestBody?.content ?? {}),
      responses: documented.responses,
    })),
  );
}
