/** Why a command on the store was not done; the message is Chinese and names the mend. */
export class CarryError extends Error {}
