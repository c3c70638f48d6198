/** Hardship told in everyday words, without any program in mind. */
/** E.g. 钱用光了, 生活没有着落, 家里一贫如洗. */
const PLIGHT =
  /(?:没|缺|借不到|要不到|拿不出)(?:得|有|了)?(?:一分)?钱(?!交|看|上|读|买|治)|钱.{0,3}(?:光|完|不够|没了|紧)|手头.{0,2}紧|困[难南]|难处|穷|一贫|日子.{0,5}(?:难|苦|紧|过|没)|(?:家|屋)[里头]*.{0,2}(?:苦|恼火|难|可难)|(?:咋|怎么|哪样)个?(?:活|过)|过不(?:下|去)|着落|没(?:有|得)?(?:人管|依靠|收入|来源|办法|路走|招|辙)|走投无路|(?:家|身体|都|全)[里都就全]*垮了|(?:塌了|塌)天|天[都就]?塌|负担.{0,2}(?:重|大)|欠.{0,4}债|借遍|养不(?:活|起)|揭不开|不管我/
/** Says of which kind the hardship is; a policy answers that. */
const KIND_OF_PLIGHT = /学|读书|病|医|药|治|祸|房|租|残|灾|水|孤|娃|孩|路费|打工|证/

/** Whether a message tells of hardship and not of which kind, so that help is offered and no policy told. */
export const tellsOfPlight = (text: string): boolean => PLIGHT.test(text) && !KIND_OF_PLIGHT.test(text)
