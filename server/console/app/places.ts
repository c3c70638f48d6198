/** The pages: where each is, what it is called, and who may open it. The server asks again; see roles.ts. */
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import type { Deed } from '../roles.ts'
import { whenSignedOut } from './api.ts'
import { findOut, mayOpen, me } from './me.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** What a browser's tab and the menu call it. */
    title: string
    /** `anyone` needs no sign-in. */
    needs: Deed | 'own' | 'anyone'
    /** Stands in the menu. */
    menu?: boolean
  }
}

export const PLACES: readonly RouteRecordRaw[] = [
  {
    path: '/today',
    name: 'today',
    component: () => import('./pages/TodayPage.vue'),
    meta: { title: '今天', needs: 'see-today', menu: true },
  },
  {
    path: '/requests',
    name: 'requests',
    component: () => import('./pages/RequestsPage.vue'),
    meta: { title: '求助', needs: 'see-requests', menu: true },
  },
  {
    path: '/requests/:number',
    name: 'request',
    component: () => import('./pages/RequestPage.vue'),
    props: true,
    meta: { title: '求助单', needs: 'see-requests' },
  },
  {
    path: '/requests/:number/application',
    name: 'application',
    component: () => import('./pages/ApplicationPage.vue'),
    props: true,
    meta: { title: '申请表', needs: 'unmask' },
  },
  {
    path: '/residents',
    name: 'residents',
    component: () => import('./pages/ResidentsPage.vue'),
    meta: { title: '居民', needs: 'see-residents', menu: true },
  },
  {
    path: '/residents/:number',
    name: 'resident',
    component: () => import('./pages/ResidentPage.vue'),
    props: true,
    meta: { title: '居民', needs: 'see-residents' },
  },
  {
    path: '/wishes',
    name: 'wishes',
    component: () => import('./pages/WishesPage.vue'),
    meta: { title: '删除和导出', needs: 'see-residents' },
  },
  {
    path: '/policies',
    name: 'policies',
    component: () => import('./pages/PoliciesPage.vue'),
    meta: { title: '政策', needs: 'see-policies', menu: true },
  },
  {
    path: '/policies/:id',
    name: 'policy',
    component: () => import('./pages/PolicyPage.vue'),
    props: true,
    meta: { title: '政策', needs: 'see-policies' },
  },
  {
    path: '/policy-imports',
    name: 'policy-imports',
    component: () => import('./pages/PolicyImportsPage.vue'),
    meta: { title: '导入政策', needs: 'edit-policies' },
  },
  {
    path: '/policy-imports/:id',
    name: 'policy-import',
    component: () => import('./pages/PolicyImportPage.vue'),
    props: true,
    meta: { title: '导入政策', needs: 'edit-policies' },
  },
  {
    path: '/questions',
    name: 'questions',
    component: () => import('./pages/QuestionsPage.vue'),
    meta: { title: '没答上来', needs: 'mend-answers', menu: true },
  },
  {
    path: '/figures',
    name: 'figures',
    component: () => import('./pages/FiguresPage.vue'),
    meta: { title: '统计', needs: 'see-figures', menu: true },
  },
  {
    path: '/people',
    name: 'people',
    component: () => import('./pages/PeoplePage.vue'),
    meta: { title: '人员', needs: 'see-people', menu: true },
  },
  {
    path: '/people/areas',
    name: 'areas',
    component: () => import('./pages/AreasPage.vue'),
    meta: { title: '区域和缺口', needs: 'see-people' },
  },
  {
    path: '/people/duty',
    name: 'duty',
    component: () => import('./pages/DutyPage.vue'),
    meta: { title: '值班和请假', needs: 'see-people' },
  },
  {
    path: '/people/roster',
    name: 'roster',
    component: () => import('./pages/RosterPage.vue'),
    meta: { title: '导入导出', needs: 'manage-people' },
  },
  {
    path: '/people/advisors/:id',
    name: 'advisor',
    component: () => import('./pages/PersonPage.vue'),
    props: true,
    meta: { title: '顾问', needs: 'see-people' },
  },
  {
    path: '/accounts',
    name: 'accounts',
    component: () => import('./pages/AccountsPage.vue'),
    meta: { title: '账号', needs: 'manage-accounts', menu: true },
  },
  {
    path: '/keys',
    name: 'keys',
    component: () => import('./pages/KeysPage.vue'),
    meta: { title: '接口密钥', needs: 'manage-keys', menu: true },
  },
  {
    path: '/audit',
    name: 'audit',
    component: () => import('./pages/AuditPage.vue'),
    meta: { title: '操作记录', needs: 'read-audit', menu: true },
  },
  {
    path: '/own',
    name: 'own',
    component: () => import('./pages/OwnPage.vue'),
    meta: { title: '我的账号', needs: 'own' },
  },
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('./pages/SignInPage.vue'),
    meta: { title: '登录', needs: 'anyone' },
  },
  {
    path: '/join',
    name: 'join',
    component: () => import('./pages/JoinPage.vue'),
    meta: { title: '设密码', needs: 'anyone' },
  },
  {
    path: '/:rest(.*)*',
    name: 'nowhere',
    component: () => import('./pages/NowherePage.vue'),
    meta: { title: '没有这个页面', needs: 'own' },
  },
]

export const router = createRouter({
  history: createWebHistory('/console/'),
  routes: [{ path: '/', name: 'home', redirect: () => ({ name: firstPlace() }) }, ...PLACES],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

/** Where somebody begins. */
export function firstPlace(): string {
  const first = PLACES.find(({ meta }) => meta?.menu && mayOpen(meta.needs))
  return typeof first?.name === 'string' ? first.name : 'own'
}

router.beforeEach(async (to) => {
  if (to.meta.needs === 'anyone') return true
  const who = await findOut()
  const isHome = to.redirectedFrom?.name === 'home'
  if (!who) return { name: 'sign-in', query: isHome ? {} : { to: to.fullPath } }
  if (who.factorNeeded && to.name !== 'own') return { name: 'own' }
  // At the very first, before it was known who it is.
  if (isHome && to.name !== firstPlace()) return { name: firstPlace() }
  return mayOpen(to.meta.needs) ? true : { name: 'nowhere', params: { rest: to.path.slice(1).split('/') } }
})
router.afterEach((to) => {
  document.title = `${to.meta.title ?? ''} · 救助顾问后台`
})

whenSignedOut(() => {
  const was = me.value
  me.value = null
  const { name, fullPath } = router.currentRoute.value
  // While it is still being found out who it is, the guard above leads on.
  if (was && name !== 'sign-in') void router.push({ name: 'sign-in', query: { to: fullPath, ended: '1' } })
})
