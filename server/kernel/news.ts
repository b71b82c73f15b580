import type { CompanyCtx } from './ctx.ts';
import type { Tx } from './db/index.ts';

/** What a module does about news of a module below it; part of the transaction that made the news. */
export type NewsHandler = (ctx: CompanyCtx, tx: Tx, entityId: string) => Promise<void>;

/**
 * How news travels upwards: a module tells what became of its own things, and compose.ts says who wants to know. The
 * teller knows none of its listeners, so imports still run one way.
 */
export interface News {
  on(topic: string, handler: NewsHandler): void;
  tell(ctx: CompanyCtx, tx: Tx, topic: string, entityId: string): Promise<void>;
}

export function createNews(): News {
  const handlers = new Map<string, NewsHandler[]>();
  return {
    on: (topic, handler) => void handlers.set(topic, [...(handlers.get(topic) ?? []), handler]),
    async tell(ctx, tx, topic, entityId) {
      for (const handler of handlers.get(topic) ?? []) await handler(ctx, tx, entityId);
    },
  };
}
