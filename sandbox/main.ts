import { readConfig } from './config.ts';
import { startSandbox } from './index.ts';

const config = readConfig();
const { close, ...addresses } = await startSandbox({
  port: config.port,
  dataDir: config.dataDir,
  reviewMs: config.reviewMs,
  adminToken: config.adminOpen ? '' : config.adminToken,
});

const stop = () => {
  void close().then(() => process.exit(0));
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
process.once('disconnect', stop);

process.stdout.write(`Sandbox of Telnyx and Twilio ready at ${addresses.url}\n`);
process.send?.({ ready: true, ...addresses });
