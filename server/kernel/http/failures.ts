import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { Kernel } from '../ctx.ts';
import { type ErrorParams, preferredLanguage, RelaisError, sentence } from '../errors.ts';
import { newId } from '../ids.ts';
import { isForBoxes } from './authority.ts';

/** What the HTTP layer itself refuses, in the catalogue's words. */
function fromFramework(error: FastifyError): RelaisError | null {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const details = error.validation.map((issue) => ({
      field: issue.instancePath.slice(1).replaceAll('/', '.'),
      message: issue.message,
    }));
    const reason = details.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ');
    return new RelaisError('invalid_request', { params: { reason }, details });
  }
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new RelaisError('unsupported_media_type', { params: { expected: 'application/json' } });
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new RelaisError('body_too_large', { params: { limit: '1 MB' } });
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new RelaisError('invalid_json');
    case 'FST_ERR_BAD_URL':
      return new RelaisError('invalid_request', { params: { reason: 'the address is badly encoded' } });
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new RelaisError('invalid_request', { params: { reason: 'a part of the address is too long' } });
    default:
      if (error instanceof SyntaxError) return new RelaisError('invalid_json');
      return error.statusCode && error.statusCode < 500
        ? new RelaisError('invalid_request', { params: { reason: error.message } })
        : null;
  }
}

/** Answers any error of a request in the one shape; logs it when it is ours. */
export function answerError(
  kernel: Kernel,
  error: FastifyError | RelaisError,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const known =
    error instanceof RelaisError
      ? error
      : (fromFramework(error) ?? new RelaisError('internal', { cause: error }));
  if (known.status >= 500)
    kernel.log.error(
      { err: known.cause ?? error, requestId: request.id, route: request.routeOptions.url },
      known.message,
    );
  const language = preferredLanguage(request.headers['accept-language']);
  reply.header('x-request-id', request.id);
  if (known.code === 'rate_limited') reply.header('retry-after', String(known.params.seconds));
  const { authority, explains } = request.routeOptions.config ?? {};
  const isExplained = explains === true || isForBoxes(authority);
  return reply.status(known.status).send(errorBody(known, language, request.id, isExplained));
}

/** Answers what is not HTTP at all, on the bare socket, and closes it. */
export function answerBrokenHttp(kernel: Kernel, error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const isTooLong = error.code === 'HPE_HEADER_OVERFLOW';
  const status = isTooLong ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const reason = isTooLong ? 'the headers are too long' : (STATUS_CODES[status] ?? '');
  const requestId = newId(kernel.clock);
  const body = JSON.stringify(
    errorBody(new RelaisError('invalid_request', { params: { reason } }), 'en', requestId),
  );
  kernel.log.info({ requestId, code: error.code }, 'A connection did not speak HTTP');
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\nx-request-id: ${requestId}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** The one shape of an error answer. @param isExplained whether `details` say at least what it is in English. */
function errorBody(error: RelaisError, language: 'en' | 'fr', requestId: string, isExplained = false) {
  const params: ErrorParams = error.params;
  const details = isExplained ? explanation(error) : error.details;
  return {
    success: false as const,
    error: sentence(error.code, params, language),
    code: error.code,
    ...(details === undefined ? {} : { details }),
    requestId,
  };
}

/** What CallBoxes are promised: something in `details`, and a text where it is about the fields of a request. */
function explanation({ code, params, details }: RelaisError): unknown {
  if (details === undefined) return sentence(code, params, 'en');
  return code === 'invalid_request' && params.reason !== undefined ? params.reason : details;
}
