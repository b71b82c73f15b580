import { useQueries, useQuery } from '@tanstack/react-query';
import { gigs as gigsApi } from '../../api/gigs.ts';
import { keys } from '../../api/keys.ts';
import { requirementService } from '../../api/requirementService.ts';
import { useCompany } from '../../api/session.ts';
import type { Gig, GroupSummary, NumberType, Provider } from '../../api/types.ts';
import { type BoardState, boardState } from './boardState.ts';

/** One card of the board: a dossier, or a country of a gig whose dossier has not been started. */
export interface BoardEntry {
  key: string;
  state: BoardState | 'not_started';
  destinationZone: string;
  provider: Provider;
  type: NumberType;
  group: GroupSummary | null;
  /** How many things the country asks for. */
  total: number;
  gigId: string | null;
}

const ALL_GIGS = { limit: 200 };

function useCompanyGroups(companyId: string) {
  return useQuery({
    queryKey: keys.companyGroups(companyId),
    queryFn: () => requirementService.listCompanyGroups(companyId),
  });
}

/** The dossiers of the company on screen, and the ones that its gigs will need. */
export function useBoard() {
  const { id: companyId } = useCompany();
  const groups = useCompanyGroups(companyId);
  const gigs = useQuery({ queryKey: keys.gigs(ALL_GIGS), queryFn: () => gigsApi.list(ALL_GIGS) });
  const missingZones = groups.data ? zonesWithoutGroup(gigs.data?.gigs ?? [], groups.data) : [];
  const asked = useQueries({
    queries: missingZones.map(({ zone }) => ({
      queryKey: keys.countryRequirements(zone, {}),
      queryFn: () => requirementService.checkCountryRequirements(zone),
    })),
  });
  const notStarted = missingZones.flatMap(({ zone, gigId }, index) => {
    const answer = asked[index]?.data;
    return answer?.hasRequirements ? [notStartedEntry(zone, gigId, answer.requirements.length)] : [];
  });
  const entries = [...(groups.data ?? []).map(groupEntry), ...notStarted];
  return { entries, error: groups.error, isPending: groups.isPending, refetch: () => void groups.refetch() };
}

function groupEntry(group: GroupSummary): BoardEntry {
  const { groupId, destinationZone, provider, type, totalRequirements } = group;
  const state = boardState(group, Date.now());
  return {
    key: groupId,
    state,
    destinationZone,
    provider,
    type,
    group,
    total: totalRequirements,
    gigId: null,
  };
}

function notStartedEntry(zone: string, gigId: string, total: number): BoardEntry {
  return {
    key: zone,
    state: 'not_started',
    destinationZone: zone,
    provider: 'telnyx',
    type: 'local',
    group: null,
    total,
    gigId,
  };
}

function zonesWithoutGroup(gigs: Gig[], groups: GroupSummary[]): { zone: string; gigId: string }[] {
  const covered = new Set(groups.map(({ destinationZone }) => destinationZone));
  const zones = new Map<string, string>();
  for (const gig of gigs)
    if (!covered.has(gig.destinationZone) && !zones.has(gig.destinationZone))
      zones.set(gig.destinationZone, gig.id);
  return [...zones].map(([zone, gigId]) => ({ zone, gigId }));
}
