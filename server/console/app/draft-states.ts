/** How far a draft of a policy is, in words. */
export const DRAFT_STATES = { draft: '草稿', review: '等审核', scheduled: '定时发布' } as const
