import { createApp } from 'vue'
import './elements.ts'
import ConsoleShell from './ConsoleShell.vue'
import { forgetOld } from './drafts.ts'
import { listenToKeys } from './keys.ts'
import { router } from './places.ts'

createApp(ConsoleShell).use(router).mount('#app')
listenToKeys()
forgetOld()
