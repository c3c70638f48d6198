/** Where the console's API is, and what its page sends with every change. */
export const API = '/console/api'
/** Another site cannot send it without our leave, which nobody gets. */
export const OWN_HEADER = 'x-console'
