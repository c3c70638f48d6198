/** Where other systems of the district ask. */
export const DISTRICT_API = '/api/v1'
