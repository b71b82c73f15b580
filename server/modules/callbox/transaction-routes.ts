import type { Kernel } from '../../kernel/ctx.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { linkProcesses } from './dispatch-signals.ts';
import { transactionActRoutes } from './transaction-act-routes.ts';
import { transactionDoorRoutes } from './transaction-door-routes.ts';
import { transactionListRoutes } from './transaction-list-routes.ts';

/** Transactions: where they come in, where boxes fetch them and report, and where people look after them. */
export function transactionRoutes(server: HttpServer, kernel: Kernel): void {
  transactionDoorRoutes(server);
  transactionListRoutes(server);
  transactionActRoutes(server);
  linkProcesses(server, kernel);
}
