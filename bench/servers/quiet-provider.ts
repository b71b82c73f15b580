// A provider that takes every request and does nothing: what Relais itself costs is measured, not the far side.
import { randomUUID } from 'node:crypto';
import fastify from 'fastify';

const server = fastify();
server.removeAllContentTypeParsers();
server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
server.all('/*', async () => {
  const id = randomUUID();
  return { data: { result: 'ok', id, call_control_id: `v3:${id}`, call_leg_id: id, call_session_id: id } };
});
await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
