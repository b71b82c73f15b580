import type { FastifyInstance } from 'fastify';
import type { Sandbox } from '../core/sandbox.ts';

export function mountAdmin(_app: FastifyInstance, _sb: Sandbox, _token: string): void {}
