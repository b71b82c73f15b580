import { ApiError, request } from './client.ts';
import type {
  Address,
  GroupRequirement,
  GroupStatus,
  GroupSummary,
  NumberType,
  Provider,
  Requirement,
  RequirementGroup,
  StoredDocument,
} from './types.ts';
import { upload } from './upload.ts';

/** Which numbers the paperwork is for. Left out: local numbers of Telnyx. */
export interface PaperworkKind {
  provider?: Provider;
  type?: NumberType;
}

interface CountryRequirements {
  hasRequirements: boolean;
  countryCode: string;
  provider: Provider;
  type: NumberType;
  requirements: Requirement[];
}

interface Submission {
  group: RequirementGroup;
  requirement: GroupRequirement;
}

export interface Verdict {
  isValid: boolean;
  isComplete: boolean;
  errors: { field: string; message: string }[];
  group: RequirementGroup;
}

/** The doors to the paperwork of a country. A group id is ours or the provider's. */
export const requirementService = {
  checkCountryRequirements: (zone: string, kind: PaperworkKind = {}) =>
    request<CountryRequirements>(`/api/requirements/countries/${zone}/requirements`, { query: { ...kind } }),

  async getOrCreateGroup(
    companyId: string,
    zone: string,
    kind: PaperworkKind = {},
  ): Promise<{ group: RequirementGroup; isNew: boolean }> {
    try {
      const path = `/api/requirement-groups/companies/${companyId}/zones/${zone}`;
      const { group } = await request<{ group: RequirementGroup }>(path, { query: { ...kind } });
      return { group, isNew: false };
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
    }
    return request('/api/requirement-groups', {
      method: 'POST',
      body: { companyId, destinationZone: zone, ...kind },
    });
  },

  async getGroup(groupId: string): Promise<RequirementGroup> {
    const { group } = await request<{ group: RequirementGroup }>(`/api/requirement-groups/${groupId}`);
    return group;
  },

  submitDocument: (groupId: string, field: string, file: File, onProgress?: (share: number) => void) =>
    upload<Submission & { document: StoredDocument }>(
      fieldPath(groupId, 'documents', field),
      file,
      onProgress,
    ),

  reuseDocument: (groupId: string, field: string, documentId: string) =>
    request<Submission & { document: StoredDocument }>(fieldPath(groupId, 'documents', field), {
      method: 'POST',
      body: { documentId },
    }),

  submitTextValue: (groupId: string, field: string, value: string) =>
    request<Submission>(fieldPath(groupId, 'values', field), { method: 'POST', body: { value } }),

  submitAddress: (groupId: string, field: string, address: Address) =>
    request<Submission>(fieldPath(groupId, 'values', field), { method: 'POST', body: { address } }),

  getDetailedGroupStatus: (groupId: string) =>
    request<GroupStatus>(`/api/requirement-groups/${groupId}/status`),

  /** Checks the whole group and, when nothing is missing, hands it to the provider for review. */
  validate: (groupId: string) =>
    request<Verdict>(`/api/requirements/groups/${groupId}/validate`, { method: 'POST', body: {} }),

  async listCompanyGroups(companyId: string): Promise<GroupSummary[]> {
    const { groups } = await request<{ groups: GroupSummary[] }>(
      `/api/requirement-groups/company/${companyId}/status`,
      {
        headers: { 'x-company-id': companyId },
      },
    );
    return groups;
  },
};

function fieldPath(groupId: string, kind: 'documents' | 'values', field: string): string {
  return `/api/requirements/groups/${groupId}/${kind}/${encodeURIComponent(field)}`;
}
