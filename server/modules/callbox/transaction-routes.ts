import type { HttpServer } from '../../kernel/http/server.ts';

export function transactionRoutes(_server: HttpServer): void {}
