import type { HttpServer } from '../../kernel/http/server.ts';

/** The doors of contacts. */
export function contactRoutes(_server: HttpServer): void {}
