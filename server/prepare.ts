/** Ends `npm run build`: learns from the inventory once, so that a start need not. */
import { InventoryError } from '../knowledge/policy.ts'
import { prepare } from '../knowledge/prepared.ts'

try {
  prepare()
} catch (error) {
  // The start tells of it, and a building machine should not stop at a policy's slip.
  if (!(error instanceof InventoryError)) throw error
  process.stderr.write(`政策文件有错，改好再启动：\n${error.message}\n`)
}
