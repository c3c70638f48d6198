import { existsSync } from 'node:fs'

/** Adds the variables of `.env` in the current folder, if there is one; what is already set stays. */
export function loadEnvFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env')
}
