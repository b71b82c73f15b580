import { z } from 'zod';
import { transact, withCompany } from '../../kernel/ctx.ts';
import { errorResponses, ok } from '../../kernel/http/schemas.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { DIRECTIONS, type Sample, WARNINGS } from './quality-model.ts';
import { takeSamples } from './quality-samples.ts';
import { callQuality, qualityAnswerSchema } from './quality-views.ts';

const read = { authority: { permission: 'calls:read' } } as const;
const make = { authority: { permission: 'calls:make' } } as const;
const tags = ['calls'];
const params = z.object({ id: z.string().max(100) });

/** A softphone that measures once a second and hands in every five seconds sends 5; one that was offline for a minute, 60. */
const BATCH_MAX = 120;
const BATCHES_PER_MINUTE = 60;

const figure = z
  .number()
  .nullish()
  .transform((value) => value ?? null);

const sampleSchema = z.object({
  at: z.iso.datetime({ offset: true }),
  direction: z
    .enum(DIRECTIONS)
    .describe('inbound: what you hear. outbound: what the other side hears of you'),
  jitterMs: figure,
  rttMs: figure,
  packetLossPercent: figure,
  mos: figure.describe('Computed by the E-model (ITU-T G.107) when it is left out'),
  codec: z
    .string()
    .trim()
    .max(40)
    .nullish()
    .transform((text) => text || null),
  audioIn: figure.describe('Level of your microphone'),
  audioOut: figure.describe('Level of what you hear'),
});

/** How a call sounded, and what softphones measure of it. */
export function callQualityRoutes(server: HttpServer): void {
  server.get(
    '/api/calls/:id/quality',
    {
      config: read,
      schema: {
        tags,
        summary: 'How a call sounded: by its worst side, and every source, direction and sample',
        params,
        response: { 200: ok(qualityAnswerSchema.shape), ...errorResponses },
      },
    },
    async (request) => {
      const ctx = withCompany(request.ctx);
      const answer = await transact(ctx, (tx) => callQuality(tx, request.params.id));
      return { success: true as const, ...answer };
    },
  );
  samplesRoute(server);
}

function samplesRoute(server: HttpServer): void {
  server.post(
    '/api/calls/:id/quality/samples',
    {
      config: { ...make, rateLimit: { max: BATCHES_PER_MINUTE, timeWindow: 60_000 } },
      schema: {
        tags,
        summary: 'Hand in what your softphone measured during a call that you are in',
        params,
        body: z.object({ samples: z.array(sampleSchema).min(1).max(BATCH_MAX) }),
        response: {
          200: ok({
            accepted: z.number().int(),
            discarded: z.number().int().describe('Figures that no line can have, or times outside the call'),
            skipped: z.number().int().describe('Sent before, or denser than one a second'),
            warnings: z.array(z.object({ kind: z.enum(WARNINGS), change: z.enum(['raised', 'cleared']) })),
          }),
          ...errorResponses,
        },
      },
    },
    async (request) => {
      const samples: Sample[] = request.body.samples.map((sample) => ({
        ...sample,
        at: new Date(sample.at),
      }));
      return {
        success: true as const,
        ...(await takeSamples(withCompany(request.ctx), request.params.id, samples)),
      };
    },
  );
}
