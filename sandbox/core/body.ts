import type { FastifyInstance, FastifyRequest } from 'fastify';

/** A file of a multipart form. */
export interface UploadedFile {
  field: string;
  filename: string;
  contentType: string;
  bytes: Buffer;
}

export interface ParsedBody {
  fields: Record<string, unknown>;
  file?: UploadedFile | undefined;
  /** Why the body could not be read. */
  problem?: string;
  contentType: string;
  raw: Buffer;
}

/** The largest body taken: a 10 MB file in base64 with room to spare. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Makes Fastify hand every body over as bytes, so that exchanges can be recorded as they came. */
export function acceptRawBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) =>
    done(null, body),
  );
}

/** Reads JSON, forms and multipart forms. Never throws: `problem` says what is wrong. */
export async function parseBody(request: FastifyRequest): Promise<ParsedBody> {
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const contentType = request.headers['content-type'] ?? '';
  const base = { raw, contentType, fields: {} };
  if (raw.length === 0) return base;
  try {
    if (contentType.includes('multipart/form-data'))
      return { ...base, ...(await parseMultipart(raw, contentType)) };
    if (contentType.includes('application/x-www-form-urlencoded')) return { ...base, fields: parseForm(raw) };
    const fields: unknown = JSON.parse(raw.toString('utf8'));
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields))
      return { ...base, fields: { ...fields } };
    return { ...base, problem: 'The request body must be a JSON object.' };
  } catch (error) {
    return {
      ...base,
      problem: `The request body could not be read: ${error instanceof Error ? error.message : 'unknown'}`,
    };
  }
}

function parseForm(raw: Buffer): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null);
  const params = new URLSearchParams(raw.toString('utf8'));
  for (const name of new Set(params.keys())) {
    const values = params.getAll(name);
    fields[name] = values.length === 1 ? values[0] : values;
  }
  return fields;
}

async function parseMultipart(
  raw: Buffer,
  contentType: string,
): Promise<Pick<ParsedBody, 'fields' | 'file'>> {
  const form = await new Response(new Uint8Array(raw), {
    headers: { 'content-type': contentType },
  }).formData();
  const fields: Record<string, unknown> = Object.create(null);
  let file: UploadedFile | undefined;
  for (const [field, value] of form) {
    if (typeof value === 'string') fields[field] = value;
    else {
      const bytes = Buffer.from(await value.arrayBuffer());
      file ??= { field, filename: value.name, contentType: value.type || 'application/octet-stream', bytes };
    }
  }
  return { fields, file };
}
