import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { gigs as gigsApi } from '../../../api/gigs.ts';
import { keys } from '../../../api/keys.ts';
import { requirementService } from '../../../api/requirementService.ts';
import { useCompany, useMay } from '../../../api/session.ts';
import type { AvailableNumber, Gig, NumberType, Provider, RequirementGroup } from '../../../api/types.ts';
import { useGroup } from '../../compliance/RequirementGroupPage.tsx';
import { showGroup } from '../../compliance/useSubmission.ts';
import { mayOrder, reachableStep, STEPS, type Step } from './steps.ts';
import { useChosenNumber } from './useChosenNumber.ts';

const TYPES: NumberType[] = ['local', 'mobile', 'national', 'toll_free'];

/** Everything the buying flow has settled so far. What a person chose is in the address; the rest is asked. */
export interface Setup {
  step: Step;
  gig: Gig | null;
  provider: Provider;
  type: NumberType;
  hasRequirements: boolean | null;
  requirementCount: number;
  group: RequirementGroup | undefined;
  number: AvailableNumber | null;
  orderId: string | null;
  error: unknown;
  /** Changes the choices and goes to a step. */
  go: (step: Step, choices?: Partial<Record<'gig' | 'provider' | 'type' | 'order', string>>) => void;
  choose: (number: AvailableNumber | null) => void;
  retry: () => void;
}

export function useSetup(): Setup {
  const [params, setParams] = useSearchParams();
  const provider: Provider = params.get('provider') === 'twilio' ? 'twilio' : 'telnyx';
  const type = TYPES.find((known) => known === params.get('type')) ?? 'local';
  const gig = useChosenGig(params.get('gig'));
  const zone = gig.data?.gig.destinationZone ?? null;
  const asked = useCountryRequirements(zone, { provider, type });
  const needsGroup = asked.data?.hasRequirements === true && params.has('step');
  const group = useZoneGroup(needsGroup ? zone : null, { provider, type });
  const [number, choose] = useChosenNumber(zone, provider, type);

  const hasRequirements = asked.data?.hasRequirements ?? null;
  const orderId = params.get('order');
  const step = reachableStep(STEPS.find((known) => known === params.get('step')) ?? 'gig', {
    hasGig: Boolean(gig.data),
    hasRequirements,
    mayOrder: mayOrder(provider, group.data),
    hasNumber: number !== null,
    isOrdered: orderId !== null,
  });
  return {
    step,
    gig: gig.data?.gig ?? null,
    provider,
    type,
    hasRequirements,
    requirementCount: asked.data?.requirements.length ?? 0,
    group: group.data,
    number,
    orderId,
    error: gig.error ?? asked.error ?? group.error,
    choose,
    retry: () => void Promise.all([gig.refetch(), asked.refetch(), needsGroup && group.refetch()]),
    go: (next, choices = {}) =>
      setParams((before) => {
        const merged = new URLSearchParams(before);
        for (const [name, value] of Object.entries({ ...choices, step: next })) merged.set(name, value);
        return merged;
      }),
  };
}

function useChosenGig(id: string | null) {
  return useQuery({
    queryKey: keys.gig(id ?? ''),
    queryFn: () => gigsApi.get(id ?? ''),
    enabled: id !== null,
  });
}

export function useCountryRequirements(zone: string | null, kind: { provider: Provider; type: NumberType }) {
  return useQuery({
    queryKey: keys.countryRequirements(zone ?? '', kind),
    queryFn: () => requirementService.checkCountryRequirements(zone ?? '', kind),
    enabled: zone !== null,
  });
}

/** The company's group for the zone, made when it is not there yet; then read again whenever it changes. */
function useZoneGroup(zone: string | null, kind: { provider: Provider; type: NumberType }) {
  const { id: companyId } = useCompany();
  const may = useMay();
  const found = useQuery({
    queryKey: keys.groupOf(zone ?? '', kind),
    queryFn: async () => {
      const { group } = await requirementService.getOrCreateGroup(companyId, zone ?? '', kind);
      showGroup(group);
      return group;
    },
    enabled: zone !== null && may('compliance:read'),
  });
  const current = useGroup(found.data?.id ?? '');
  return { ...found, data: current.data ?? found.data };
}
