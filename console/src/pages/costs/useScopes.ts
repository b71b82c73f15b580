import { useQuery } from '@tanstack/react-query';
import { gigs as gigsApi } from '../../api/gigs.ts';
import { members as membersApi } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { phoneNumberService } from '../../api/phoneNumberService.ts';
import { useMay } from '../../api/session.ts';
import { phoneText } from '../../ui/format.ts';

const NUMBERS = { status: 'active', limit: 200 };
const GIGS = { limit: 200 };

interface Option {
  value: string;
  label: string;
}

/** What a budget can be for: our numbers, gigs and people, by name. */
export function useScopes(): Record<'number' | 'gigId' | 'userId', Option[]> {
  const may = useMay();
  const numbers = useQuery({
    queryKey: keys.numbers(NUMBERS),
    queryFn: () => phoneNumberService.list(NUMBERS),
    enabled: may('numbers:read'),
  });
  const gigs = useQuery({
    queryKey: keys.gigs(GIGS),
    queryFn: () => gigsApi.list(GIGS),
    enabled: may('gigs:read'),
  });
  const members = useQuery({
    queryKey: keys.members,
    queryFn: membersApi.list,
    enabled: may('members:read'),
  });
  return {
    number: (numbers.data?.numbers ?? []).map(({ phoneNumber }) => ({
      value: phoneNumber,
      label: phoneText(phoneNumber),
    })),
    gigId: (gigs.data?.gigs ?? []).map(({ id, name }) => ({ value: id, label: name })),
    userId: (members.data?.members ?? []).map(({ userId, name, email }) => ({
      value: userId,
      label: name || email,
    })),
  };
}
