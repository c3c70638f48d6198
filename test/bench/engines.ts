/**
 * The searches that are compared, ours and ready-made ones, over the same texts. Each loads its library only
 * when it is built, so that a process which builds one shows the memory of that one.
 */
import { z } from 'zod'
import { Knowledge } from '../../knowledge/knowledge.ts'
import type { Inventory } from '../../knowledge/load.ts'

/** Ids of policies for a text, best first. */
export type Search = (text: string) => readonly string[] | Promise<readonly string[]>

/** The day on which all asking happens, for policies in force. */
export const DAY = '2026-11-22'
const LIMIT = 5
/** How much a field counts, where an engine can weigh fields; near our own search's (knowledge/search.ts). */
const BOOST = { title: 1.5, aliases: 2, cues: 2, questions: 2, examples: 2, sections: 0.5 } as const
const FIELDS = ['title', 'aliases', 'cues', 'questions', 'examples', 'sections'] as const

const Row = z.object({ id: z.string() })

/** What every engine is given of a policy. */
function documents({ policies, examples }: Inventory) {
  return policies.map((policy) => ({
    id: policy.id,
    title: policy.title,
    aliases: policy.aliases.join('\n'),
    cues: policy.cues.join('\n'),
    questions: policy.questions.join('\n'),
    examples: (examples.get(policy.id) ?? []).join('\n'),
    sections: Object.values(policy.sections)
      .flatMap(({ lead, details }) => [lead, ...details])
      .join('\n'),
  }))
}

/** Engines by the name they are shown under. Building is timed. */
export const ENGINES = {
  ours: async (inventory) => {
    const knowledge = prepared(inventory)
    return (text) => knowledge.search(text, DAY, LIMIT).map(({ policy }) => policy.id)
  },
  'ours, whole understanding': async (inventory) => {
    const knowledge = prepared(inventory)
    return (text) => {
      const found = knowledge.consult(text, null, DAY)
      if (found.kind === 'answer') return [found.policy, ...found.others].map(({ id }) => id)
      return found.kind === 'clarify' ? found.policies.map(({ id }) => id) : []
    }
  },
  'MiniSearch default': (inventory) => miniSearch(inventory),
  'MiniSearch + Intl.Segmenter': (inventory) => {
    const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
    return miniSearch(inventory, (text) =>
      [...segmenter.segment(text)].flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : [])),
    )
  },
  'MiniSearch + jieba': async (inventory) => {
    const { Jieba } = await import('@node-rs/jieba')
    const { dict } = await import('@node-rs/jieba/dict.js')
    const jieba = Jieba.withDict(dict)
    return miniSearch(inventory, (text) =>
      jieba.cutForSearch(text, true).filter((word) => /[\p{L}\p{N}]/u.test(word)),
    )
  },
  'Orama + mandarin': async (inventory) => {
    const { create, insertMultiple, search } = await import('@orama/orama')
    const { createTokenizer } = await import('@orama/tokenizers/mandarin')
    const index = create({
      schema: {
        title: 'string',
        aliases: 'string',
        cues: 'string',
        questions: 'string',
        examples: 'string',
        sections: 'string',
      },
      components: { tokenizer: createTokenizer() },
    })
    await insertMultiple(index, documents(inventory))
    return async (term) =>
      (await search(index, { term, limit: LIMIT, boost: BOOST })).hits.map(({ id }) => id)
  },
  'FlexSearch CJK': async (inventory) => {
    const { Charset, Index } = await import('flexsearch')
    const index = new Index({ encoder: Charset.CJK })
    const all = documents(inventory)
    for (const [number, document] of all.entries()) {
      index.add(number, FIELDS.map((field) => document[field]).join('\n'))
    }
    return (text) =>
      index.search(text, { limit: LIMIT, suggest: true }).map((number) => all[Number(number)]?.id ?? '')
  },
  'SQLite FTS5 trigram': async (inventory) => {
    const { default: Database } = await import('libsql')
    const database = new Database(':memory:')
    database.exec(
      `create virtual table policies using fts5(id unindexed, ${FIELDS.join(', ')}, tokenize='trigram')`,
    )
    const insert = database.prepare(
      `insert into policies values (@id, ${FIELDS.map((field) => `@${field}`).join(', ')})`,
    )
    database.transaction(() => {
      for (const document of documents(inventory)) insert.run(document)
    })()
    const weights = FIELDS.map((field) => BOOST[field]).join(', ')
    const find = database.prepare(
      `select id from policies where policies match ? order by bm25(policies, 0, ${weights}) limit ${LIMIT}`,
    )
    return (text) => {
      const characters = [...text.replace(/[^\p{L}\p{N}]/gu, '')]
      const threes = characters.slice(2).map((_, start) => `"${characters.slice(start, start + 3).join('')}"`)
      return threes.length === 0
        ? []
        : z
            .array(Row)
            .parse(find.all(threes.join(' OR ')))
            .map(({ id }) => id)
    }
  },
} satisfies Record<string, (inventory: Inventory) => Promise<Search>>
export type EngineName = keyof typeof ENGINES

async function miniSearch(inventory: Inventory, tokenize?: (text: string) => string[]): Promise<Search> {
  const { default: MiniSearch } = await import('minisearch')
  const index = new MiniSearch({ fields: [...FIELDS], ...(tokenize ? { tokenize } : {}) })
  index.addAll(documents(inventory))
  return (text) =>
    index
      .search(text, { boost: BOOST })
      .slice(0, LIMIT)
      .map(({ id }) => String(id))
}

/** In the order they are shown, ours first. */
export const ENGINE_NAMES = Object.keys(ENGINES).filter(isEngine)

export function isEngine(name: string): name is EngineName {
  return name in ENGINES
}

/** Our knowledge with nothing left to be built when a message first needs it. */
function prepared(inventory: Inventory): Knowledge {
  const knowledge = Knowledge.from(inventory)
  knowledge.prepare()
  return knowledge
}
