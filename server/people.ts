/** `npm run people`: areas and advisors, through the running server or, without one, by itself. */
import { createInterface } from 'node:readline/promises'
import { z } from 'zod'
import { readConfig } from './config.ts'
import { askDesk, tellFault } from './desk/ask.ts'
import { loadEnvFile } from './env-file.ts'
import { codesApi, makeCodes } from './people/codes.ts'
import { help, type PeopleCommand, readPeopleCommand, template } from './people/command.ts'
import { codedSchema } from './people/people-desk.ts'
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
    case 'qr':
      return makeCodesOf(command)
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

/** Spoken to the platform from here: the server need not wait for hundreds of images. */
async function makeCodesOf({ area, folder }: Extract<PeopleCommand, { kind: 'qr' }>) {
  loadEnvFile()
  const api = codesApi(readConfig(process.env))
  const { text } = await askDesk({ people: 'codes', area })
  const areas = z.array(codedSchema).parse(JSON.parse(text))
  await makeCodes(areas, folder, api, (line) => void process.stdout.write(`${line}\n`))
}

main(process.argv.slice(2)).catch(tellFault)
