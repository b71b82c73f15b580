import type { HttpServer } from '../../kernel/http/server.ts';

export function operatorRoutes(_server: HttpServer): void {}
