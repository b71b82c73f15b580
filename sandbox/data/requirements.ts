import { namedUuid } from '../core/ids.ts';
import type { NumberType } from './countries.ts';
import { REGISTRATIONS } from './registrations.ts';

export type RequirementKind = 'document' | 'address' | 'textual';

/** What a value must be like. Lengths in characters; `acceptableCharacters` is the inside of a character class. */
export interface Criteria {
  minLength?: number;
  maxLength?: number;
  acceptableValues?: string[];
  acceptableCharacters?: string;
  regex?: string;
  timeLimit?: string;
  localityLimit?: string;
}

/** One thing a regulator asks for. */
export interface RequirementType {
  id: string;
  /** Stable name in this file, e.g. `proof_of_address`. */
  key: string;
  name: string;
  kind: RequirementKind;
  description: string;
  example: string;
  criteria: Criteria;
}

/** What one country asks for numbers of one type. */
export interface RequirementSet {
  id: string;
  country: string;
  type: NumberType;
  needs: RequirementType[];
}

/** Countries where Telnyx takes no order without a requirement group. */
export const GROUP_MANDATORY = ['CH', 'DK', 'IT', 'NO', 'PT', 'SE'];

/** Countries where a group cannot be approved before the order. */
export const NO_PRE_APPROVAL = ['IT'];

const NAME_CHARACTERS = "A-Za-zÀ-ÖØ-öø-ÿ0-9 .,'’&()/-";

/** How near the address must be to the number, and what that is called in the criteria. */
type Near = 'area' | 'country' | 'anywhere';

const LOCALITY_LIMITS: Record<Near, string> = {
  area: 'Same area code as the phone number',
  country: 'Same country as the phone number',
  anywhere: 'Worldwide',
};

type NeedKey =
  | 'business_name'
  | 'registration_number'
  | 'registration_certificate'
  | 'identity_document'
  | 'proof_of_address'
  | 'address'
  | 'contact_phone'
  | 'representative_name'
  | 'birth_date'
  | 'usage';

type Maker = (country: string, near: Near) => Omit<RequirementType, 'id' | 'key'> & { scope: string };

const MAKERS: Record<NeedKey, Maker> = {
  business_name: () => ({
    scope: '',
    name: 'Business name',
    kind: 'textual',
    description:
      'Registered name of the company that will use the number, exactly as on its registration certificate.',
    example: 'Exemple Télécom SAS',
    criteria: { minLength: 2, maxLength: 100, acceptableCharacters: NAME_CHARACTERS },
  }),
  representative_name: () => ({
    scope: '',
    name: 'Authorised representative',
    kind: 'textual',
    description: 'First and last name of the person entitled to sign for the company.',
    example: 'Awa Ngono',
    criteria: { minLength: 3, maxLength: 80, acceptableCharacters: NAME_CHARACTERS },
  }),
  birth_date: () => ({
    scope: '',
    name: 'Date of birth of the representative',
    kind: 'textual',
    description: 'Date of birth of the authorised representative, year first.',
    example: '1984-05-17',
    criteria: { minLength: 10, maxLength: 10, acceptableCharacters: '0-9-', regex: '^\\d{4}-\\d{2}-\\d{2}$' },
  }),
  contact_phone: () => ({
    scope: '',
    name: 'Contact phone number',
    kind: 'textual',
    description: 'A number where the end user can be reached, with the country code.',
    example: '+33612345678',
    criteria: { minLength: 8, maxLength: 16, acceptableCharacters: '0-9+', regex: '^\\+[1-9]\\d{6,14}$' },
  }),
  usage: () => ({
    scope: '',
    name: 'Use of the number',
    kind: 'textual',
    description: 'What the number will be used for.',
    example: 'Customer service',
    criteria: { acceptableValues: ['Customer service', 'Sales', 'Internal communication', 'Reselling'] },
  }),
  registration_number: (country) => {
    const facts = REGISTRATIONS[country] ?? REGISTRATIONS.default!;
    return {
      scope: REGISTRATIONS[country] === undefined ? '' : country,
      name: facts.numberName,
      kind: 'textual',
      description: `${facts.numberName} of the company, without spaces.`,
      example: facts.example,
      criteria: {
        minLength: facts.minLength,
        maxLength: facts.maxLength,
        acceptableCharacters: facts.characters,
        regex: facts.regex,
      },
    };
  },
  registration_certificate: (country) => {
    const facts = REGISTRATIONS[country] ?? REGISTRATIONS.default!;
    return {
      scope: REGISTRATIONS[country] === undefined ? '' : country,
      name: facts.certificate,
      kind: 'document',
      description: `${facts.certificate}, showing the name and the registered office of the company. PDF, PNG or JPEG.`,
      example: 'certificate.pdf',
      criteria: { timeLimit: '6 months' },
    };
  },
  identity_document: () => ({
    scope: '',
    name: 'Identity document of the representative',
    kind: 'document',
    description:
      'Passport, identity card or residence permit of the authorised representative, both sides, not expired.',
    example: 'passport.pdf',
    criteria: { timeLimit: 'Not expired' },
  }),
  proof_of_address: (_country, near) => ({
    scope: near,
    name: 'Proof of address',
    kind: 'document',
    description: 'Utility bill, rental contract or tax notice in the name of the end user.',
    example: 'utility-bill.pdf',
    criteria: { timeLimit: '3 months', localityLimit: LOCALITY_LIMITS[near] },
  }),
  address: (_country, near) => ({
    scope: near,
    name: near === 'area' ? 'Local address' : near === 'country' ? 'National address' : 'Address',
    kind: 'address',
    description: 'Physical address of the end user. A post-office box is not accepted.',
    example: '12 rue de la Paix, 75002 Paris, FR',
    criteria: { localityLimit: LOCALITY_LIMITS[near] },
  }),
};

type SetRow = [countries: string, types: string, near: Near, needs: string];

const COMPANY = 'business_name registration_number registration_certificate';
const PERSON = 'representative_name identity_document';
const PLACE = 'address proof_of_address';

const ROWS: SetRow[] = [
  ['FR', 'local national mobile', 'country', `${COMPANY} ${PERSON} ${PLACE}`],
  ['FR', 'toll_free shared_cost', 'anywhere', `${COMPANY} usage address`],
  ['DE', 'local', 'area', `business_name registration_certificate ${PLACE}`],
  ['DE', 'national mobile toll_free', 'country', `business_name registration_certificate ${PLACE}`],
  ['GB', 'local national toll_free shared_cost', 'anywhere', 'business_name address contact_phone'],
  ['GB', 'mobile', 'anywhere', 'business_name address proof_of_address usage'],
  ['ES', 'local', 'area', `${COMPANY} representative_name ${PLACE}`],
  ['ES', 'national mobile toll_free shared_cost', 'country', `${COMPANY} representative_name ${PLACE}`],
  ['IT', 'local', 'area', `${COMPANY} ${PERSON} birth_date ${PLACE}`],
  ['IT', 'national mobile toll_free', 'country', `${COMPANY} ${PERSON} birth_date ${PLACE}`],
  ['CH', 'local national mobile toll_free shared_cost', 'country', `${COMPANY} identity_document ${PLACE}`],
  ['CM', 'local mobile', 'country', `${COMPANY} ${PERSON} contact_phone ${PLACE} usage`],
  ['BE', 'local', 'area', `${COMPANY} address`],
  ['BE', 'mobile toll_free shared_cost', 'country', `${COMPANY} address identity_document`],
  ['NL', 'local', 'area', 'business_name registration_number proof_of_address address'],
  ['NL', 'national mobile toll_free', 'anywhere', 'business_name registration_number address'],
  ['PT', 'local national mobile toll_free shared_cost', 'country', `${COMPANY} identity_document ${PLACE}`],
  ['SE', 'local national mobile toll_free', 'anywhere', `${COMPANY} address`],
  ['NO', 'local mobile toll_free', 'country', `${COMPANY} address contact_phone`],
  ['DK', 'local mobile toll_free', 'anywhere', 'business_name registration_number address'],
  [
    'AT',
    'local national mobile toll_free shared_cost',
    'country',
    `business_name registration_certificate ${PLACE}`,
  ],
  ['IE', 'local national mobile toll_free shared_cost', 'country', 'business_name address proof_of_address'],
  ['PL', 'local mobile toll_free shared_cost', 'country', 'business_name registration_number address'],
  [
    'CZ SK HU RO BG HR SI GR',
    'local national mobile toll_free',
    'country',
    `business_name registration_certificate ${PLACE}`,
  ],
  ['LU CY MT', 'local toll_free', 'country', 'business_name address proof_of_address'],
  ['ZA', 'local national mobile toll_free', 'country', `${COMPANY} identity_document ${PLACE}`],
  ['SN CI', 'local mobile', 'country', `${COMPANY} ${PERSON} ${PLACE}`],
  ['MA TN', 'local', 'country', `${COMPANY} ${PERSON} ${PLACE} usage`],
  [
    'NG KE GH',
    'local mobile toll_free',
    'country',
    `business_name registration_certificate identity_document address`,
  ],
  ['AU NZ', 'local mobile toll_free shared_cost', 'country', 'business_name address'],
  [
    'SG HK MY TH PH',
    'local mobile toll_free',
    'country',
    `business_name registration_certificate identity_document address`,
  ],
  ['JP', 'local national toll_free', 'country', `${COMPANY} ${PERSON} ${PLACE}`],
  ['BR AR CO PE DO', 'local mobile toll_free', 'country', `business_name registration_certificate address`],
];

function makeType(key: NeedKey, country: string, near: Near): RequirementType {
  const { scope, ...rest } = MAKERS[key](country, near);
  const fullKey = scope === '' ? key : `${key}:${scope}`;
  return { id: namedUuid(`requirement-type/${fullKey}`), key: fullKey, ...rest };
}

/** Every set, made once. A country and type without one asks for nothing. */
export const REQUIREMENT_SETS: readonly RequirementSet[] = ROWS.flatMap(([countries, types, near, needs]) =>
  countries.split(' ').flatMap((country) =>
    types.split(' ').map((type) => ({
      id: namedUuid(`requirement/${country}/${type}`),
      country,
      type: type as NumberType,
      needs: needs.split(' ').map((key) => makeType(key as NeedKey, country, near)),
    })),
  ),
);

/** Every requirement type that some set uses, by id. */
export const REQUIREMENT_TYPES: ReadonlyMap<string, RequirementType> = new Map(
  REQUIREMENT_SETS.flatMap((set) => set.needs).map((need) => [need.id, need]),
);

/** What a country asks for numbers of a type; nothing if there is no rule. */
export function needsOf(country: string, type: string): RequirementType[] {
  return REQUIREMENT_SETS.find((set) => set.country === country && set.type === type)?.needs ?? [];
}

/** Why a text breaks the criteria, or undefined if it does not. */
export function violation(need: RequirementType, value: string): string | undefined {
  const { minLength, maxLength, acceptableValues, acceptableCharacters, regex } = need.criteria;
  if (minLength !== undefined && value.length < minLength)
    return `${need.name} is shorter than ${minLength} characters.`;
  if (maxLength !== undefined && value.length > maxLength)
    return `${need.name} is longer than ${maxLength} characters.`;
  if (acceptableValues !== undefined && !acceptableValues.includes(value)) {
    return `${need.name} must be one of: ${acceptableValues.join(', ')}.`;
  }
  if (acceptableCharacters !== undefined && !new RegExp(`^[${acceptableCharacters}]*$`, 'u').test(value)) {
    return `${need.name} contains characters other than ${acceptableCharacters}.`;
  }
  if (regex !== undefined && !new RegExp(regex, 'u').test(value))
    return `${need.name} does not have the expected form.`;
  return undefined;
}
