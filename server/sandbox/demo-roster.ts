/** Who the advisors of the sandbox are while nobody has imported any. Made up, and never written into the store. */
import type { ReadRoster } from '../../bot/roster.ts'
import type { Advisor, AdvisorRole, Roster } from '../../flows/roster/advisors.ts'
import { AreaTree } from '../../flows/roster/areas.ts'

/** Always there, so that a newcomer sees the same on a Sunday night. */
const ALWAYS: Advisor['duty'] = [{ days: 'every-day', from: '00:00', to: '24:00' }]

const advisor = (id: string, name: string, role: AdvisorRole, ...areas: string[]): [string, Advisor] => [
  id,
  { id, name, phone: null, role, areas, duty: ALWAYS, leave: [] },
]

export const DEMO_ROSTER: Roster = {
  areas: new AreaTree([
    { id: 'demo', level: 'district', name: '示范区', parent: null },
    { id: 'demo-yaohua', level: 'street', name: '尧化街道', parent: 'demo' },
    { id: 'demo-yaoxin', level: 'community', name: '尧新社区', parent: 'demo-yaohua' },
    { id: 'demo-jinyao', level: 'community', name: '金尧社区', parent: 'demo-yaohua' },
  ]),
  advisors: new Map([
    advisor('chenjing', '陈静', 'backbone', 'demo'),
    advisor('wangfang', '王芳', 'backbone', 'demo-yaohua'),
    advisor('liqiang', '李强', 'community', 'demo-yaoxin'),
    advisor('zhaoyang', '赵阳', 'volunteer', 'demo-yaoxin'),
    advisor('sunmei', '孙梅', 'community', 'demo-jinyao'),
  ]),
}

/** The roster somebody imported, else the made-up one. */
export function orDemoRoster(read: ReadRoster): ReadRoster {
  return async () => {
    const roster = await read()
    return roster.advisors.size === 0 && roster.areas.size === 0 ? DEMO_ROSTER : roster
  }
}
