/** Why somebody looks at who it is: a choice, since the audit log keeps it and may hold no personal data. */
export const UNMASK_REASONS = {
  contact: '要联系居民',
  visit: '要上门',
  check: '要核对身份或材料',
  dispatch: '要转给承办单位',
  asked: '居民来电或来窗口询问',
  supervise: '督办、检查',
} as const
export const UNMASK_REASON_KEYS = ['contact', 'visit', 'check', 'dispatch', 'asked', 'supervise'] as const
