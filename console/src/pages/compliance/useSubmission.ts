import { useMutation } from '@tanstack/react-query';
import { keys } from '../../api/keys.ts';
import { queryClient } from '../../api/queryClient.ts';
import { requirementService } from '../../api/requirementService.ts';
import type { Address, RequirementGroup } from '../../api/types.ts';

type Answer =
  | { text: string }
  | { address: Address }
  | { documentId: string }
  | { file: File; onProgress: (share: number) => void };

/** Sends one answer of a group; the group on screen is then the one that the server keeps. */
export function useSubmission(groupId: string, field: string) {
  return useMutation({
    mutationFn: async (answer: Answer): Promise<RequirementGroup> =>
      (await submit(groupId, field, answer)).group,
    onSuccess: (group) => {
      showGroup(group);
      void queryClient.invalidateQueries({ queryKey: ['requirement-groups', 'company'] });
      void queryClient.invalidateQueries({ queryKey: keys.documents });
    },
  });
}

function submit(groupId: string, field: string, answer: Answer) {
  if ('file' in answer)
    return requirementService.submitDocument(groupId, field, answer.file, answer.onProgress);
  if ('documentId' in answer) return requirementService.reuseDocument(groupId, field, answer.documentId);
  if ('address' in answer) return requirementService.submitAddress(groupId, field, answer.address);
  return requirementService.submitTextValue(groupId, field, answer.text);
}

/** Puts a group that the server has just answered on the screen. */
export function showGroup(group: RequirementGroup): void {
  queryClient.setQueryData(keys.group(group.id), group);
  void queryClient.invalidateQueries({ queryKey: keys.groupStatus(group.id) });
}
