/** Where a request lies, as its lists say it. Pure. */
import type { AreaTree } from '../../../flows/roster/areas.ts'

const NOWHERE = '未分区域'

export const sayPlace = (area: string | null, tree: AreaTree): string =>
  (area === null ? '' : tree.say(area)) || NOWHERE
