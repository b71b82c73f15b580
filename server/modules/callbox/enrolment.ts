import { sha256 } from '../../kernel/crypto.ts';
import { type CompanyCtx, type Kernel, systemCtx, transact } from '../../kernel/ctx.ts';
import { inSystem, type Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId, newSecret } from '../../kernel/ids.ts';
import { audit, companyProfile } from '../identity/index.ts';
import { lockBox, publishBoxes, saveBox } from './boxes-store.ts';
import { BOX_TOKEN_PREFIX, forgetToken } from './callers.ts';
import { expireCodes, findByHash, insertCode, takeCode } from './enrolment-store.ts';

/** A code that makes a box the company's, once. */
export interface EnrolmentCode {
  code: string;
  expiresAt: Date;
}

/** Long enough to drive to a box, short enough that a note in a van is worth nothing tomorrow. */
const VALID_MS = 24 * 3_600_000;
/** Crockford's letters: none that is read as another one. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_CHARS = 12;
const HINT_CHARS = 8;

/** 60 random bits in three groups: read out on the telephone, typed on a keypad. */
function newCode(): string {
  const bytes = [...Buffer.from(newSecret(CODE_CHARS), 'base64url')];
  const chars = bytes.map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return chars.match(/.{4}/g)!.join('-');
}

/** As people type it: in any case, with or without dashes, a letter O for a zero. */
function readCode(text: string): string {
  const chars = text
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  return chars.match(/.{1,4}/g)?.join('-') ?? '';
}

/** Makes the only valid code of a box, in the transaction that decided on it. The code itself is stored nowhere. */
export async function issueCode(ctx: CompanyCtx, tx: Tx, boxId: string): Promise<EnrolmentCode> {
  const at = ctx.kernel.clock.now();
  const code = newCode();
  const expiresAt = new Date(at.getTime() + VALID_MS);
  await expireCodes(tx, boxId, at);
  await insertCode(tx, {
    ...{ id: newId(ctx.kernel.clock), companyId: ctx.companyId, boxId, codeHash: sha256(code) },
    ...{ expiresAt, createdBy: ctx.actor.name, at },
  });
  return { code, expiresAt };
}

export interface Enrolled {
  token: string;
  callboxId: string;
  companyName: string;
}

/**
 * Exchanges a one-time code for a token of the box's own. The code names company and box; of two who use it at once one gets the
 * token. An earlier token of the box stops working. When the answer is lost the code is gone: a person asks for a new one.
 * @throws enrolment_unknown, enrolment_used, enrolment_expired, enrolment_other_box, box_retired.
 */
export async function enrol(
  kernel: Kernel,
  request: { code: string; callboxId: string | null; address: string | null; requestId: string },
): Promise<Enrolled> {
  const found = await inSystem(kernel.db, (tx) => findByHash(tx, sha256(readCode(request.code))));
  if (!found) fail('enrolment_unknown');
  if (found.usedAt) fail('enrolment_used');
  if (found.expiresAt <= kernel.clock.now()) fail('enrolment_expired');
  const ctx: CompanyCtx = {
    ...systemCtx(kernel, found.companyId, 'callbox.enrol'),
    ...{ address: request.address, requestId: request.requestId },
  };
  const token = BOX_TOKEN_PREFIX + newSecret();
  const at = kernel.clock.now();
  const { enrolled, formerHash } = await transact(ctx, async (tx) => {
    const box = (await lockBox(tx, found.boxId))!;
    const { code: callboxId } = box;
    if (request.callboxId !== null && request.callboxId !== callboxId)
      fail('enrolment_other_box', { callboxId: request.callboxId });
    if (box.retiredAt) fail('box_retired', { callboxId });
    if (!(await takeCode(tx, found.id, at))) fail('enrolment_used');
    await saveBox(
      tx,
      box.id,
      { token: { hash: sha256(token), hint: token.slice(0, BOX_TOKEN_PREFIX.length + HINT_CHARS) } },
      at,
    );
    const asBox: CompanyCtx = {
      ...ctx,
      actor: { kind: 'box', id: box.id, name: callboxId, role: null },
    };
    await audit(tx, asBox, { action: 'box.enrolled', entityType: 'box', entityId: box.id });
    await publishBoxes(tx, ctx.companyId, [box.id]);
    const { name: companyName } = await companyProfile(tx);
    return { enrolled: { token, callboxId, companyName }, formerHash: box.tokenHash };
  });
  if (formerHash) forgetToken(kernel, formerHash);
  return enrolled;
}
