/** `npm run accounts`: who may sign in to the console, and a new link for who lost the way in. */
import { readConfig } from './config.ts'
import { linkAddress } from './console/accounts/first.ts'
import { consoleBase } from './console/paths.ts'
import { askDesk, tellFault } from './desk/ask.ts'
import { loadEnvFile } from './env-file.ts'

const HELP = `后台的账号：npm run accounts -- …

  （什么都不写）      有哪些账号
  link 登录名         给一个新的登录链接，24小时内有效，只能用一次；旧密码和两步验证马上不能用
`

async function main([doing = 'list', name]: readonly string[]): Promise<void> {
  if (doing === 'list' && name === undefined) {
    process.stdout.write(`${(await askDesk({ accounts: 'list' })).text}\n`)
    return
  }
  if (doing === '--help' || doing === '帮助') {
    process.stdout.write(HELP)
    return
  }
  if (doing !== 'link' && doing !== '链接')
    return misread(`没有「${[doing, name].join(' ').trim()}」这个命令。`)
  if (name === undefined) return misread('链接给谁？请写登录名。')
  const { text } = await askDesk({ accounts: 'link', name })
  loadEnvFile()
  const { publicUrl, port } = readConfig(process.env)
  process.stdout.write(
    `请把这个链接交给本人，由本人打开设密码：\n${linkAddress(consoleBase(publicUrl, port), text)}\n`,
  )
}

/** Says what could not be done and what can, and ends as a command that was not done. */
function misread(problem: string): void {
  process.stderr.write(`${problem}\n${HELP}`)
  process.exitCode = 1
}

main(process.argv.slice(2)).catch(tellFault)
