import { type CompanyCtx, transact } from '../../kernel/ctx.ts';
import { isUniqueViolation, type Tx } from '../../kernel/db/index.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { publish } from '../../kernel/live.ts';
import { contactsByIds } from '../contacts/index.ts';
import { audit, companyProfile, difference } from '../identity/index.ts';
import { findConversation } from './conversations-store.ts';
import { fillTemplate } from './model.ts';
import * as store from './templates-store.ts';

async function getTemplate(tx: Tx, id: string): Promise<store.TemplateRow> {
  return (await store.findTemplate(tx, id)) ?? fail('not_found', { what: 'template' });
}

/** Adds a template. @throws template_exists. */
export async function createTemplate(
  ctx: CompanyCtx,
  input: { name: string; text: string },
): Promise<store.TemplateRow> {
  const { clock } = ctx.kernel;
  const at = clock.now();
  const { name, text: body } = input;
  const row = { id: newId(clock), companyId: ctx.companyId, name, body, createdAt: at, updatedAt: at };
  return writing(name, () =>
    transact(ctx, async (tx) => {
      await store.insertTemplate(tx, row);
      await note(ctx, tx, row.id, 'template.created', { name: { from: null, to: name } });
      return row;
    }),
  );
}

async function writing<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error, 'message_templates_by_name')) fail('template_exists', { name });
    throw error;
  }
}

async function note(
  ctx: CompanyCtx,
  tx: Tx,
  id: string,
  action: string,
  changes: Record<string, { from: unknown; to: unknown }>,
): Promise<void> {
  await audit(tx, ctx, { action, entityType: 'template', entityId: id, changes });
  await publish(tx, ctx.companyId, 'template', id);
}

/** Changes a template's name or words. @throws not_found, template_exists. */
export async function changeTemplate(
  ctx: CompanyCtx,
  id: string,
  input: { name?: string | undefined; text?: string | undefined },
): Promise<store.TemplateRow> {
  return writing(input.name ?? '', () =>
    transact(ctx, async (tx) => {
      const before = await getTemplate(tx, id);
      const after = { name: input.name ?? before.name, body: input.text ?? before.body };
      await store.updateTemplate(tx, before.id, { ...after, updatedAt: ctx.kernel.clock.now() });
      const { name, body } = before;
      await note(ctx, tx, before.id, 'template.updated', difference({ name, body }, after));
      return getTemplate(tx, before.id);
    }),
  );
}

export async function removeTemplate(ctx: CompanyCtx, id: string): Promise<void> {
  await transact(ctx, async (tx) => {
    const { id: found, name } = await getTemplate(tx, id);
    await store.deleteTemplate(tx, found);
    await note(ctx, tx, found, 'template.deleted', { name: { from: name, to: null } });
  });
}

/**
 * Fills a template in for a conversation. What the conversation knows (contact, company, number, and who writes) goes in by
 * itself; given values win. @returns the text, and the variables that have no value.
 */
export async function renderTemplate(
  ctx: CompanyCtx,
  id: string,
  given: { conversationId?: string | undefined; variables: Record<string, string> },
): Promise<{ text: string; missing: string[] }> {
  return transact(ctx, async (tx) => {
    const template = await getTemplate(tx, id);
    const { name: company } = await companyProfile(tx);
    const known = given.conversationId ? await ofConversation(tx, given.conversationId) : {};
    return fillTemplate(template.body, { company, agent: ctx.actor.name, ...known, ...given.variables });
  });
}

async function ofConversation(tx: Tx, id: string): Promise<Record<string, string | undefined>> {
  const conversation = await findConversation(tx, id);
  if (!conversation) fail('not_found', { what: 'conversation' });
  const { contactId, integrationPhone } = conversation;
  const name = contactId ? (await contactsByIds(tx, [contactId])).get(contactId)?.name : undefined;
  return {
    contact_name: name,
    first_name: name?.split(/\s+/)[0],
    number: integrationPhone ?? undefined,
  };
}
