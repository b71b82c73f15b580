import { sql, type Tx } from '../../kernel/db/index.ts';

export interface EnrolmentRow {
  id: string;
  companyId: string;
  boxId: string;
  expiresAt: Date;
  usedAt: Date | null;
}

/** The code behind a hash, whoever it belongs to. For the system role. */
export async function findByHash(tx: Tx, codeHash: string): Promise<EnrolmentRow | null> {
  const { rows } = await sql<EnrolmentRow>`
    select id, company_id, box_id, expires_at, used_at from box_enrolments where code_hash = ${codeHash}`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** Ends the codes of a box that nobody has used: the newest one is the only one. */
export async function expireCodes(tx: Tx, boxId: string, at: Date): Promise<void> {
  await sql`
    update box_enrolments set expires_at = ${at}
    where company_id = current_company() and box_id = ${boxId} and used_at is null and expires_at > ${at}`.execute(
    tx,
  );
}

export async function insertCode(
  tx: Tx,
  code: {
    id: string;
    companyId: string;
    boxId: string;
    codeHash: string;
    expiresAt: Date;
    createdBy: string;
    at: Date;
  },
): Promise<void> {
  await sql`
    insert into box_enrolments (id, company_id, box_id, code_hash, expires_at, created_by, created_at)
    values (${code.id}, ${code.companyId}, ${code.boxId}, ${code.codeHash}, ${code.expiresAt}, ${code.createdBy}, ${code.at})`.execute(
    tx,
  );
}

/** Uses a code up. @returns false when somebody else has, or it has just expired: of two at once one gets it. */
export async function takeCode(tx: Tx, id: string, at: Date): Promise<boolean> {
  const { rows } = await sql`
    update box_enrolments set used_at = ${at}
    where company_id = current_company() and id = ${id} and used_at is null and expires_at > ${at} returning 1`.execute(
    tx,
  );
  return rows.length > 0;
}
