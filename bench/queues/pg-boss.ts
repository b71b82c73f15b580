// pg-boss at its fastest: its own polling rests half a second at least, so workers fetch and complete through its documented calls.
import PgBoss from 'pg-boss';
import { createCounter, PAYLOAD, serveRounds } from './contract.ts';

const NAME = 'transactions';
/** Jobs that a worker takes at once, as a box does. Each is completed on its own: it has an outcome of its own. */
const BATCH = 5;
const CONNECTIONS = 24;
const REST_MS = 2;

serveRounds(async ({ url, workers }) => {
  const boss = new PgBoss({ connectionString: url, max: CONNECTIONS, schedule: false, supervise: false });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  await boss.createQueue(NAME);
  const counter = createCounter();
  const work = async (isOver: () => boolean) => {
    while (!isOver()) {
      const jobs = await boss.fetch(NAME, { batchSize: BATCH });
      await Promise.all(jobs.map(({ id }) => boss.complete(NAME, id)));
      counter.add(jobs.length);
      if (jobs.length === 0) await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
  };
  return {
    submit: () => boss.send(NAME, PAYLOAD),
    // Workers look only while there is a round of their own: the others are measured on the same machine.
    async completed(jobs) {
      let over = false;
      const working = Array.from({ length: workers / BATCH }, () => work(() => over));
      await counter.reached(jobs);
      over = true;
      await Promise.all(working);
    },
  };
});
