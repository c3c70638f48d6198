/** `npm run tickets`: staff see and move tickets, through the running server or, without one, by themselves. */
import { userInfo } from 'node:os'
import { askDesk, tellFault } from './desk/ask.ts'
import { help, readCommand } from './desk/command.ts'

async function main(args: readonly string[]): Promise<void> {
  const asked = readCommand(args, { name: userInfo().username })
  if (!asked) {
    process.stdout.write(help())
    return
  }
  const { text, byItself } = await askDesk(asked)
  const isLook = asked.do === 'list' || asked.do === 'silent' || asked.do === 'show'
  const later = !byItself || isLook ? '' : '\n（服务没有运行，给居民的话等它启动后再发。）'
  process.stdout.write(`${text}${later}\n`)
}

main(process.argv.slice(2)).catch(tellFault)
