// The most that Fastify can do: take the body in and answer. Nothing is checked, nothing is stored.
import fastify from 'fastify';
import { SUBMIT_PATH } from '../box-requests.ts';
import { TELNYX_PATH, TWILIO_PATH } from '../requests.ts';

const server = fastify();
server.removeAllContentTypeParsers();
server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
for (const path of [TELNYX_PATH, TWILIO_PATH, SUBMIT_PATH])
  server.post(path, async () => ({ success: true }));
await server.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
