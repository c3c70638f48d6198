import { createHash } from 'node:crypto'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../dist/test-cache')

/**
 * Where what a file of the project was turned into is kept, but for the ending.
 *
 * @param {string} path
 */
export const keptAs = (path) => join(folder, createHash('sha1').update(path).digest('hex'))
