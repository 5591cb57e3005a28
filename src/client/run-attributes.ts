import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../contracts/names.ts';
import type { UserContext } from '../contracts/user-context.ts';

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/**
 * An id as a search attribute holds it. The server's list filters find no text with a backslash, a double quote or a single
 * one at its end, however these are escaped: they are percent-encoded.
 */
export function attributeText(id: string): string {
  return id.replace(/[\\"]|^'|'$/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What visibility knows a run by from its start. */
export function runAttributes(
  { user_id, thread_id }: Pick<UserContext, 'user_id' | 'thread_id'>,
  workflow: string,
): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: keyword(SEARCH_ATTRIBUTES.user), value: attributeText(user_id) },
    { key: keyword(SEARCH_ATTRIBUTES.thread), value: attributeText(thread_id) },
    { key: keyword(SEARCH_ATTRIBUTES.kind), value: workflow },
    { key: keyword(SEARCH_ATTRIBUTES.status), value: 'running' },
  ]);
}
