import type { FastifyInstance, RawRequestDefaultExpression } from 'fastify';
import type { Sandbox } from '../core/sandbox.ts';

export function rewriteTwilioUrl(request: RawRequestDefaultExpression): string {
  return request.url ?? '/';
}

export function mountTwilio(_app: FastifyInstance, _sb: Sandbox): void {}
