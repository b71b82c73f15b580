import type { HttpServer } from '../../kernel/http/server.ts';

export function floatRoutes(_server: HttpServer): void {}
