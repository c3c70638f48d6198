/** `node --import` of this imports the project's TypeScript: Node does it by itself from 22.18 on. */
import { register } from 'node:module'

register('./hooks.js', import.meta.url)
