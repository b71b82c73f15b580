import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { fail, RelaisError } from '../errors.ts';
import type { HttpServer } from './server.ts';

/** One file that a client sent. */
export interface Upload {
  bytes: Buffer;
  /** As the client names it; empty when it gives none. */
  filename: string;
  /** As the client says; the content may be something else. */
  claimedType: string;
}

const MB = 1024 * 1024;

/** Opens routes that take one file each. Encapsulated: no other route accepts multipart bodies. */
export function uploadRoutes(
  server: HttpServer,
  { megabytesMax }: { megabytesMax: number },
  routes: (scoped: HttpServer) => void,
): void {
  server.register(async (plain) => {
    const scoped = plain as HttpServer;
    await scoped.register(multipart, {
      limits: { fileSize: megabytesMax * MB, files: 1, fields: 10, parts: 12 },
      throwFileSizeLimit: true,
    });
    routes(scoped);
  });
}

/** Reads the one file of a multipart body. @throws file_missing, file_too_large, file_unreadable. */
export async function readUpload(
  request: FastifyRequest,
  { megabytesMax }: { megabytesMax: number },
): Promise<Upload> {
  const tooLarge = () => fail('file_too_large', { limit: `${megabytesMax} MB` });
  try {
    const part = request.isMultipart() ? await request.file() : undefined;
    if (!part) fail('file_missing');
    const bytes = await part.toBuffer();
    // The library looks while chunks come: a file that is cut off after its last one passes it by.
    if (part.file.truncated) tooLarge();
    if (bytes.length === 0) fail('file_unreadable');
    return { bytes, filename: part.filename || '', claimedType: part.mimetype };
  } catch (error) {
    if (error instanceof RelaisError) throw error;
    const { code } = error as { code?: string };
    if (code === 'FST_REQ_FILE_TOO_LARGE') tooLarge();
    if (code === 'FST_INVALID_MULTIPART_CONTENT_TYPE') fail('file_missing');
    // The connection ended, or the body is not what its header says.
    fail('file_unreadable');
  }
}
