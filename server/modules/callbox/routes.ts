import type { Kernel } from '../../kernel/ctx.ts';
import type { HttpServer } from '../../kernel/http/server.ts';
import { boxRoutes } from './box-routes.ts';
import { floatRoutes } from './float-routes.ts';
import { operatorRoutes } from './operator-routes.ts';
import { transactionRoutes } from './transaction-routes.ts';

/** Every door of CallBoxes: theirs, of those who submit transactions, and of the console. */
export function callboxRoutes(server: HttpServer, kernel: Kernel): void {
  boxRoutes(server);
  transactionRoutes(server, kernel);
  floatRoutes(server);
  operatorRoutes(server);
}
