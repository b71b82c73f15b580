import { namedSid } from '../../core/ids.ts';
import type { NumberType } from '../../data/countries.ts';
import { REQUIREMENT_SETS, type RequirementSet, type RequirementType } from '../../data/requirements.ts';

export type EndUserType = 'individual' | 'business';

/** One field of an end user or a document. `need` is the rule its value is reviewed by. */
export interface Field {
  machine_name: string;
  friendly_name: string;
  description: string;
  need?: RequirementType;
}

export interface DocumentType {
  type: string;
  name: string;
  fields: Field[];
}

/** One document that must be there, and what is accepted for it. */
export interface DocumentRequirement {
  requirement_name: string;
  name: string;
  description: string;
  accepted: DocumentType[];
}

/** What a country asks for numbers of one type from one kind of end user. */
export interface Regulation {
  sid: string;
  country: string;
  /** As Twilio spells it: `toll-free`, not `toll_free`. */
  numberType: string;
  endUserType: EndUserType;
  endUserFields: Field[];
  documents: DocumentRequirement[];
}

const field = (
  machine_name: string,
  friendly_name: string,
  description: string,
  need?: RequirementType,
): Field =>
  need === undefined
    ? { machine_name, friendly_name, description }
    : { machine_name, friendly_name, description, need };

const FIRST_NAME = field(
  'first_name',
  'First Name',
  'First name of the person or of the authorised representative',
);
const LAST_NAME = field(
  'last_name',
  'Last Name',
  'Last name of the person or of the authorised representative',
);
const BUSINESS_NAME = field('business_name', 'Business Name', 'Name of the business as registered');
const ADDRESS_SIDS = field('address_sids', 'Address sid(s)', 'SID of the address shown on the document');
const DOCUMENT_NUMBER = field('document_number', 'Document Number', 'Number printed on the document');

/** Which field of the end user carries a textual need. */
const END_USER_FIELD: Record<string, string> = {
  business_name: 'business_name',
  registration_number: 'business_registration_number',
  birth_date: 'birth_date',
  contact_phone: 'phone_number',
  usage: 'use_case',
};

export const DOCUMENT_TYPES: DocumentType[] = [
  { type: 'address', name: 'Address Validation', fields: [ADDRESS_SIDS] },
  {
    type: 'commercial_registrar_excerpt',
    name: 'Excerpt from the commercial register',
    fields: [BUSINESS_NAME],
  },
  { type: 'business_registration', name: 'Business registration', fields: [BUSINESS_NAME] },
  { type: 'passport', name: 'Passport', fields: [FIRST_NAME, LAST_NAME] },
  {
    type: 'government_issued_document',
    name: 'Government-issued ID',
    fields: [FIRST_NAME, LAST_NAME, DOCUMENT_NUMBER],
  },
  { type: 'utility_bill', name: 'Utility bill', fields: [ADDRESS_SIDS] },
  { type: 'rent_receipt', name: 'Rent receipt', fields: [ADDRESS_SIDS] },
  { type: 'tax_document', name: 'Tax notice', fields: [ADDRESS_SIDS] },
];

const documentTypes = (...names: string[]): DocumentType[] =>
  DOCUMENT_TYPES.filter((entry) => names.includes(entry.type));

/** Which documents are accepted for a document or address need. */
const ACCEPTED: Record<string, { name: string; types: DocumentType[] }> = {
  registration_certificate: {
    name: 'business_name_info',
    types: documentTypes('commercial_registrar_excerpt', 'business_registration'),
  },
  identity_document: {
    name: 'authorized_representative_name_info',
    types: documentTypes('passport', 'government_issued_document'),
  },
  proof_of_address: {
    name: 'proof_of_address_info',
    types: documentTypes('utility_bill', 'rent_receipt', 'tax_document'),
  },
  address: { name: 'address_info', types: documentTypes('address') },
};

const family = (need: RequirementType): string => need.key.split(':')[0] ?? need.key;

function endUserFields(set: RequirementSet, endUserType: EndUserType): Field[] {
  const person = [FIRST_NAME, LAST_NAME];
  const textual = set.needs.filter((need) => need.kind === 'textual');
  const fields = textual.flatMap((need) => {
    const name = END_USER_FIELD[family(need)];
    return name === undefined ? [] : [field(name, need.name, need.description, need)];
  });
  if (endUserType === 'individual')
    return [...person, ...fields.filter((entry) => !entry.machine_name.startsWith('business_'))];
  const signed = textual.some((need) => family(need) === 'representative_name');
  return [...fields, ...(signed ? person : [])];
}

function documentRequirements(set: RequirementSet, endUserType: EndUserType): DocumentRequirement[] {
  return set.needs
    .filter((need) => need.kind !== 'textual')
    .filter((need) => endUserType === 'business' || family(need) !== 'registration_certificate')
    .flatMap((need) => {
      const accepted = ACCEPTED[family(need)];
      if (accepted === undefined) return [];
      return [
        {
          requirement_name: accepted.name,
          name: need.name,
          description: need.description,
          accepted: accepted.types,
        },
      ];
    });
}

/** Twilio's spelling of a number type. */
export const twilioType = (type: NumberType | string): string => type.replace('_', '-');

const SOLD: string[] = ['local', 'mobile', 'toll_free', 'national'];

/** Every regulation, made once. */
export const REGULATIONS: readonly Regulation[] = REQUIREMENT_SETS.filter((set) =>
  SOLD.includes(set.type),
).flatMap((set) =>
  (['individual', 'business'] as const).map((endUserType) => ({
    sid: namedSid('RN', `${set.country}/${set.type}/${endUserType}`),
    country: set.country,
    numberType: twilioType(set.type),
    endUserType,
    endUserFields: endUserFields(set, endUserType),
    documents: documentRequirements(set, endUserType),
  })),
);

export function regulationOf(sid: string): Regulation | undefined {
  return REGULATIONS.find((regulation) => regulation.sid === sid);
}

/** A field as the API shows it. */
export const fieldView = ({ machine_name, friendly_name, description }: Field) => ({
  machine_name,
  friendly_name,
  description,
});
