import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import type { Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { audit, difference } from '../identity/index.ts';
import type { TransactionType } from './model.ts';
import { isTelephone, type Reader } from './operator-read.ts';
import { compileTemplate } from './operator-template.ts';
import * as store from './operator-templates-store.ts';
import { BUILT_IN, type BuiltIn, type Outcome } from './operator-words.ts';

/** A wording as a company has it. Built-in ones have no row until the company says something about them. */
export interface OwnTemplate {
  id: string;
  builtIn: boolean;
  /** A built-in one that the company words otherwise, or switched off. */
  changed: boolean;
  operator: string;
  name: string;
  senders: string[];
  type: TransactionType | null;
  outcome: Outcome;
  wording: string;
  enabled: boolean;
  updatedAt: Date | null;
}

export interface TemplateInput {
  operator: string;
  name: string;
  senders: string[];
  type: TransactionType | null;
  outcome: Outcome;
  wording: string;
  enabled: boolean;
}

const ofRow = (row: store.TemplateRow): OwnTemplate => ({
  ...{ id: row.builtIn ?? row.id, builtIn: row.builtIn !== null, changed: row.builtIn !== null },
  ...{ operator: row.operator, name: row.name, senders: row.senders, type: row.type, outcome: row.outcome },
  ...{ wording: row.wording, enabled: row.enabled, updatedAt: row.updatedAt },
});

const ofBuiltIn = ({ key, ...words }: BuiltIn): OwnTemplate => ({
  ...{ ...words, id: key, builtIn: true, changed: false, enabled: true, updatedAt: null },
});

/** Every wording of the company, its own ones first. */
export async function templatesOf(tx: Tx): Promise<OwnTemplate[]> {
  const rows = await store.listTemplates(tx);
  const said = new Set(rows.map(({ builtIn }) => builtIn));
  return [...rows.map(ofRow), ...BUILT_IN.filter(({ key }) => !said.has(key)).map(ofBuiltIn)];
}

/** Those by which texts are read. */
export async function readersOf(tx: Tx): Promise<Reader[]> {
  return (await templatesOf(tx)).filter(({ enabled }) => enabled);
}

/** @throws template_unreadable: what settles money has to say how much, and for whom. */
function checkInput({ wording, outcome, type, senders }: TemplateInput): void {
  const template = compileTemplate(wording);
  if (typeof template === 'string') fail('template_unreadable', { reason: template });
  const needs = (hole: 'amount' | 'number' | 'balance') => {
    if (!template.holes.has(hole)) fail('template_unreadable', { reason: `it needs {${hole}}` });
  };
  if (outcome === 'balance') needs('balance');
  else {
    needs('number');
    if (type !== 'voucher') needs('amount');
    if (outcome === 'completed' && type === null)
      fail('template_unreadable', { reason: 'it needs a type of transaction' });
  }
  const telephone = senders.find(isTelephone);
  if (telephone) fail('template_unreadable', { reason: `${telephone} is a telephone, not an operator` });
}

/** Adds a wording. @throws template_unreadable, conflict when there are too many. */
export async function createTemplate(ctx: CompanyCtx, input: TemplateInput): Promise<OwnTemplate> {
  checkInput(input);
  return transact(ctx, async (tx) => {
    const count = (await store.listTemplates(tx)).length;
    if (count >= store.TEMPLATES_MAX)
      fail('conflict', { reason: `A company has at most ${store.TEMPLATES_MAX} templates.` });
    return save(ctx, tx, { id: newId(ctx.kernel.clock), builtIn: null, before: null }, input);
  });
}

/** Changes a wording; of a built-in one the company gets its own. @throws not_found, template_unreadable. */
export async function changeTemplate(
  ctx: CompanyCtx,
  name: string,
  input: TemplateInput,
): Promise<OwnTemplate> {
  return transact(ctx, async (tx) => {
    const row = await store.findTemplate(tx, name);
    const original = BUILT_IN.find(({ key }) => key === name);
    if (!row && !original) fail('not_found', { what: 'template' });
    checkInput(input);
    const before = row ? ofRow(row) : ofBuiltIn(original!);
    const id = row?.id ?? newId(ctx.kernel.clock);
    return save(ctx, tx, { id, builtIn: row ? row.builtIn : original!.key, before }, input);
  });
}

async function save(
  ctx: CompanyCtx,
  tx: Tx,
  { id, builtIn, before }: { id: string; builtIn: string | null; before: OwnTemplate | null },
  input: TemplateInput,
): Promise<OwnTemplate> {
  const at = ctx.kernel.clock.now();
  const row: store.TemplateRow = {
    ...{ id, companyId: ctx.companyId, builtIn, ...input, version: 1, createdAt: at, updatedAt: at },
  };
  await store.saveTemplate(tx, row);
  const flat = ({ senders, ...rest }: TemplateInput) => ({ ...rest, senders: senders.join(', ') });
  const changes = before
    ? difference(flat(before), { ...flat(before), ...flat(input) })
    : { name: { from: null, to: input.name }, wording: { from: null, to: input.wording } };
  const action = before ? 'operator_template.updated' : 'operator_template.created';
  await audit(tx, ctx, { action, entityType: 'operator_template', entityId: builtIn ?? id, changes });
  await publish(tx, ctx.companyId, 'operator_template', builtIn ?? id);
  return ofRow(row);
}

/** Removes a wording; a built-in one is what it was again. @throws not_found. */
export async function removeTemplate(ctx: CompanyCtx, name: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const row = await store.findTemplate(tx, name);
    if (!row) fail('not_found', { what: 'template' });
    await store.deleteTemplate(tx, row.id);
    const changes = { name: { from: row.name, to: null }, wording: { from: row.wording, to: null } };
    const entityId = row.builtIn ?? row.id;
    await audit(tx, ctx, {
      ...{ action: 'operator_template.deleted', entityType: 'operator_template', entityId, changes },
    });
    await publish(tx, ctx.companyId, 'operator_template', entityId);
  });
}
