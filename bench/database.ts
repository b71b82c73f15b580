import pg from 'pg';

/** A database for one program on the cluster that all share. @returns its address. */
export async function createDatabase(adminUrl: string, program: string): Promise<string> {
  const name = `bench_${program.replace(/\W+/g, '_')}`;
  await query(adminUrl, `create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** 512 MB: more than what is written between two checkpoints of a bench. */
const USED_SEGMENTS = 32;

/**
 * Makes a new cluster one that has run for a while, with segments of its log to write again. A new segment is filled with zeros
 * first, for which commits wait some 50 ms, and before the first checkpoint, which comes after minutes, every segment is new.
 * https://www.postgresql.org/docs/18/wal-configuration.html
 * @throws when the cluster would answer before a commit is on disk.
 */
export async function prepareCluster(url: string): Promise<void> {
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    const [row] = await query(url, `show ${setting}`);
    if (row?.[setting] !== 'on') throw new Error(`PostgreSQL runs with ${setting} = ${row?.[setting]}`);
  }
  for (let segment = 0; segment < USED_SEGMENTS; segment++)
    await query(url, `select pg_logical_emit_message(false, 'bench', ''), pg_switch_wal()`);
  await query(url, 'checkpoint');
}

/** A connection that stays: whoever asks again and again does not burden the machine with making one each time. */
export async function openConnection(url: string): Promise<{
  query(statement: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}> {
  const client = new pg.Client(url);
  await client.connect();
  return {
    query: async (text, values = []) =>
      (await client.query({ name: text.slice(0, 60), text, values })).rows as Record<string, unknown>[],
    close: () => client.end(),
  };
}

export async function query(
  url: string,
  statement: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(statement, values)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}
