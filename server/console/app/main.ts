import { createApp } from 'vue'
import './elements.ts'
import ConsoleShell from './ConsoleShell.vue'
import { router } from './places.ts'

createApp(ConsoleShell).use(router).mount('#app')
