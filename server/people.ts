/** `npm run people`: areas and advisors, through the running server or, without one, by itself. */
import { createInterface } from 'node:readline/promises'
import { askDesk, tellFault } from './desk/ask.ts'
import { help, type PeopleCommand, readPeopleCommand, template } from './people/command.ts'
import { readSheetFile } from './people/sheet-file.ts'

async function main(args: readonly string[]): Promise<void> {
  const command = readPeopleCommand(args)
  switch (command.kind) {
    case 'help':
      process.stdout.write(help())
      return
    case 'template':
      process.stdout.write(template(command.what))
      return
    case 'import':
      return importFile(command)
    case 'ask': {
      const { text } = await askDesk(command.asked)
      process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
    }
  }
}

/** Says what would change, and changes it when told to: beforehand, or now by whoever sits there. */
async function importFile({ what, file, replace, apply }: Extract<PeopleCommand, { kind: 'import' }>) {
  const sheet = await readSheetFile(file)
  const asked = { people: 'import', what, sheet, replace } as const
  const { text } = await askDesk({ ...asked, apply })
  process.stdout.write(`${text}\n`)
  if (apply || !process.stdin.isTTY || !process.stdout.isTTY) return
  const reader = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await reader.question('现在就写入吗？（是/否）')
  reader.close()
  if (!/^\s*(?:是|好|对|确认|写入|y|yes)/i.test(answer)) return
  const done = await askDesk({ ...asked, apply: true })
  process.stdout.write(`${done.text.split('\n').at(-1)}\n`)
}

main(process.argv.slice(2)).catch(tellFault)
