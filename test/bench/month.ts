/** A month of an office, simulated: what was told, and whether anything was lost, doubled or told wrongly. */
import { memoryStore } from '../support/memory-store.ts'
import { month } from '../support/month.ts'
import { bar, figure, table } from './figures.ts'

export async function measureMonth(quick: boolean): Promise<void> {
  const plan = { seed: 20_260_914, tickets: quick ? 100 : 500, advisors: 40, days: 34 }
  const started = performance.now()
  const { due, messages, merged, dangers, faults, ...wrong } = await month(memoryStore(), plan)
  const seconds = (performance.now() - started) / 1000
  table(
    `A month: ${plan.tickets} requests, ${plan.advisors} advisors, ${plan.days} days, three of them without WeCom`,
    ['due', 'dangers', 'messages', 'merged', 'failed tries', 's'],
    [[due, dangers, messages, merged, faults, seconds].map(figure)],
  )
  const names: Readonly<Record<keyof typeof wrong, string>> = {
    lost: 'due and never told',
    doubled: 'told twice to one',
    wrongPerson: 'told to another than who had it',
    afterSettled: 'told when nothing was owed',
    atNight: 'told at night, no danger',
    robotOver: 'robots above 20 a minute',
    personOver: 'people above 30 a minute',
    outOfOrder: 'messages with the urgent not first',
    dangerLate: 'dangers told late',
    untold: 'shown as told but not',
  }
  for (const [kind, count] of Object.entries(wrong)) bar(names[kind as keyof typeof wrong], count, 0)
}
