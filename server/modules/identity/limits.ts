import type { FastifyRequest } from 'fastify';
import type { Config } from '../../kernel/config.ts';

/**
 * Limits a route by the client's address alone: whoever guesses passwords or links could send other credentials with
 * each request, and count as somebody new each time.
 */
export function limitedByAddress(config: Config) {
  return {
    rateLimit: {
      max: config.RATE_LIMIT_ANONYMOUS_PER_MINUTE,
      timeWindow: 60_000,
      keyGenerator: (request: FastifyRequest) => request.ip,
    },
  };
}
