import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { fromCursor, pageQuery, toPage } from '../../kernel/http/paging.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { readUpload, uploadRoutes } from '../../kernel/http/upload.ts';
import { ACCEPTED, DOCUMENT_MAX_BYTES, keepFile, readDocument, removeDocument } from './documents.ts';
import { listDocuments, listUses } from './documents-store.ts';
import { findRequirement, submitAnswers, submitFile } from './submissions.ts';
import { documentSchema, documentView, groupSchema, groupView, requirementView } from './views.ts';

const read = { authority: { permission: 'compliance:read' } } as const;
const submit = { authority: { permission: 'compliance:submit' } } as const;
const tags = ['requirements'];

const LIMITS = { megabytesMax: DOCUMENT_MAX_BYTES / (1024 * 1024) };

/** The company's document vault, and documents as answers. */
export function documentRoutes(server: HttpServer): void {
  uploadRoutes(server, LIMITS, (scoped) => {
    submissionRoute(scoped);
    uploadRoute(scoped);
  });
  listRoute(server);
  contentRoute(server);
  removalRoute(server);
}

function submissionRoute(server: HttpServer): void {
  server.post(
    '/api/requirements/groups/:groupId/documents/:field',
    {
      config: submit,
      // The body is a file, read in the handler: no schema can be laid over it.
      schema: {
        tags,
        summary:
          'Answer a requirement with a file (multipart, one PDF, PNG or JPEG up to 10 MB) or a stored document ({ documentId })',
        consumes: ['multipart/form-data', 'application/json'],
        params: z.object({ groupId: z.string().max(100), field: z.string().max(200) }),
        response: {
          200: ok({
            group: groupSchema,
            requirement: groupSchema.shape.requirements.element,
            documentId: z.string(),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const { groupId, field } = request.params;
      if (!request.isMultipart()) {
        const { documentId } = z
          .object({ documentId: z.string() })
          .catch({ documentId: '' })
          .parse(request.body);
        if (!documentId) fail('file_missing');
        const group = await submitAnswers(ctx, groupId, [{ field, answer: { documentId } }]);
        return {
          success: true as const,
          group: groupView(group),
          requirement: requirementView(findRequirement(group, field)),
          documentId,
        };
      }
      const { group, document } = await submitFile(ctx, groupId, field, await readUpload(request, LIMITS));
      return {
        success: true as const,
        group: groupView(group),
        requirement: requirementView(findRequirement(group, field)),
        documentId: document.id,
      };
    },
  );
}

function uploadRoute(server: HttpServer): void {
  server.post(
    '/api/documents',
    {
      config: submit,
      schema: {
        tags,
        summary: 'Store a document for later use',
        consumes: ['multipart/form-data'],
        response: { 201: ok({ document: documentSchema }), ...errorResponses },
      },
    },
    async (request, reply) => {
      const document = await keepFile(withCompany(request.ctx), await readUpload(request, LIMITS));
      return reply.status(201).send({ success: true, document: documentView(document, []) });
    },
  );
}

const fileContent = Object.fromEntries(ACCEPTED.map((type) => [type, { schema: z.custom<Buffer>() }]));

/** A text in a header's parameter (RFC 8187, section 3.2.1): encodeURIComponent leaves some characters that may not stand there. */
function extValue(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const byId = z.object({ id: z.string() });

function listRoute(server: HttpServer): void {
  server.get(
    '/api/documents',
    {
      config: read,
      schema: {
        tags,
        summary: "The company's documents",
        querystring: pageQuery,
        response: {
          200: ok({ documents: z.array(documentSchema), nextCursor: z.string().nullable() }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const { page, uses } = await transact(withCompany(request.ctx), async (tx) => {
        const rows = toPage(await listDocuments(tx, fromCursor(cursor), limit + 1), limit);
        return {
          page: rows,
          uses: await listUses(
            tx,
            rows.rows.map((row) => row.id),
          ),
        };
      });
      return {
        success: true as const,
        documents: page.rows.map((row) => documentView(row, uses)),
        nextCursor: page.nextCursor,
      };
    },
  );
}

function contentRoute(server: HttpServer): void {
  server.get(
    '/api/documents/:id/content',
    {
      config: read,
      schema: {
        tags,
        summary: "A document's content",
        params: byId,
        response: { 200: { content: fileContent }, ...errorResponses },
      },
    },
    async (request, reply) => {
      const { document, bytes } = await readDocument(withCompany(request.ctx), request.params.id);
      return (
        reply
          .type(document.contentType)
          .header('content-disposition', `inline; filename*=UTF-8''${extValue(document.filename)}`)
          .header('cache-control', 'private, no-store')
          // Shown by the browser's own viewer, with no rights of this site.
          .header(
            'content-security-policy',
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; object-src 'self'; plugin-types application/pdf; sandbox",
          )
          .send(bytes)
      );
    },
  );
}

function removalRoute(server: HttpServer): void {
  server.delete(
    '/api/documents/:id',
    {
      config: submit,
      schema: {
        tags,
        summary: 'Delete a document that no group uses',
        params: byId,
        response: { 200: ok({}), ...errorResponses },
      },
    },
    async (request) => {
      await removeDocument(withCompany(request.ctx), request.params.id);
      return { success: true as const };
    },
  );
}
