const ROWS = 100;
const PAGES_MAX = 20;

interface Page<Row> {
  rows: Row[];
  nextCursor: string | null;
}

/** All rows of a list that is looked at as a whole, page by page; of a very long one the first two thousand. */
export async function everyPage<Row>(
  read: (page: { limit: number; cursor?: string }) => Promise<Page<Row>>,
): Promise<Row[]> {
  const all: Row[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { rows, nextCursor } = await read({ limit: ROWS, ...(cursor ? { cursor } : {}) });
    all.push(...rows);
    if (!nextCursor) break;
    cursor = nextCursor;
  }
  return all;
}
