import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../contracts/names.ts';
import type { UserContext } from '../contracts/user-context.ts';

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** What visibility knows a run by from its start. */
export function runAttributes(
  { user_id, thread_id }: Pick<UserContext, 'user_id' | 'thread_id'>,
  workflow: string,
): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: keyword(SEARCH_ATTRIBUTES.user), value: user_id },
    { key: keyword(SEARCH_ATTRIBUTES.thread), value: thread_id },
    { key: keyword(SEARCH_ATTRIBUTES.kind), value: workflow },
    { key: keyword(SEARCH_ATTRIBUTES.status), value: 'running' },
  ]);
}
