import { z } from 'zod';
import { type CompanyCtx, type Ctx, isGranted } from '../../kernel/ctx.ts';
import { maskedPhoneNumber } from '../../kernel/phone.ts';
import { STAGES, type Stage } from './model.ts';
import type { ContactRow } from './store.ts';

export const contactSchema = z
  .object({
    id: z.string(),
    name: z.string().describe('Empty until somebody names whoever texted first'),
    stage: z.enum(STAGES),
    email: z.string().nullable(),
    note: z.string(),
    phones: z.array(
      z.object({
        id: z.string(),
        phoneNumber: z.string().describe('E.164; without contacts:reveal masked, e.g. +33 6 •• •• •• 78'),
        label: z.string(),
        isPrimary: z.boolean(),
      }),
    ),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Contact' });

/** The region whose way of writing numbers a company's people use. */
export type RegionOf = (ctx: CompanyCtx) => string | Promise<string>;

/** A phone number as whoever acts may see it. */
export function maskPhone(ctx: Ctx, phoneNumber: string): string {
  return isGranted(ctx, 'contacts:reveal') ? phoneNumber : maskedPhoneNumber(phoneNumber);
}

export function contactView(ctx: Ctx, row: ContactRow): z.infer<typeof contactSchema> {
  const { id, name, stage, email, note, phones, createdAt, updatedAt } = row;
  return {
    ...{ id, name, stage, email, note },
    phones: phones.map((phone) => ({ ...phone, phoneNumber: maskPhone(ctx, phone.phoneNumber) })),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

/** A contact as other modules know it: numbers are whole, so show them through maskPhone. */
export interface ContactRef {
  id: string;
  name: string;
  stage: Stage;
  phones: { phoneNumber: string; isPrimary: boolean }[];
  mergedIntoId: string | null;
}

export function toRef({ id, name, stage, phones, mergedIntoId }: ContactRow): ContactRef {
  return {
    ...{ id, name, stage, mergedIntoId },
    phones: phones.map(({ phoneNumber, isPrimary }) => ({ phoneNumber, isPrimary })),
  };
}
