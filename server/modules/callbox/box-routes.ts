import type { HttpServer } from '../../kernel/http/server.ts';

export function boxRoutes(_server: HttpServer): void {}
