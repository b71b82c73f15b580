import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { publicBaseUrl } from '../../kernel/config.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { REPORTS, RHYTHMS } from './model.ts';
import { findSubscription, unsubscribe } from './schedules.ts';

const tags = ['insights'];
const config = { authority: 'public' } as const;
const params = z.object({ token: z.string().min(1).max(400) });
const answer = ok({
  company: z.string(),
  report: z.enum(REPORTS),
  rhythm: z.enum(RHYTHMS),
  unsubscribed: z.boolean(),
});
/** Mail programs send a handful of bytes. */
const BODY_MAX_BYTES = 1024;

/** The end of a subscription, for whoever holds the letter. */
export function unsubscribeRoutes(server: HttpServer): void {
  void (server as unknown as FastifyInstance).register(async (scope) => {
    // RFC 8058: mail programs post a form; what is in it says nothing that the address does not.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: BODY_MAX_BYTES },
      (_request, _body, done) => done(null, undefined),
    );
    getRoute(scope as unknown as HttpServer);
    postRoute(scope as unknown as HttpServer);
  });
}

function getRoute(server: HttpServer): void {
  server.get(
    '/api/insights/unsubscribe/:token',
    {
      config,
      schema: {
        tags,
        summary:
          'What a letter’s link would end; browsers are shown the page that asks. Nothing is ended by looking',
        params,
        response: { 200: answer, 303: z.any().describe('To the page'), ...errorResponses },
      },
    },
    async (request, reply) => {
      const { kernel } = request.ctx;
      const { token } = request.params;
      if (request.headers.accept?.includes('text/html'))
        return reply.redirect(
          `${publicBaseUrl(kernel.config)}/unsubscribe/${encodeURIComponent(token)}`,
          303,
        );
      return reply.send({ success: true as const, ...(await findSubscription(kernel, token)) });
    },
  );
}

function postRoute(server: HttpServer): void {
  server.post(
    '/api/insights/unsubscribe/:token',
    {
      config,
      schema: {
        tags,
        summary: 'End a subscription: the one click of mail programs (RFC 8058), and the button of the page',
        params,
        response: { 200: answer, ...errorResponses },
      },
    },
    async (request) => ({
      success: true as const,
      ...(await unsubscribe(request.ctx.kernel, request.params.token)),
    }),
  );
}
