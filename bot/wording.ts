/** Every sentence the assistant says on its own account, outside policies, flows and tickets. */
import { chineseDate } from '../flows/clocks.ts'

export const WORDS = {
  welcome:
    '您好，我是救助顾问。您遇到什么难处，用平常的话告诉我就行，比如“我爸瘫痪在床，护理补贴怎么申请”。我会查政策、说清去哪办。我不收费，也不会要您的密码或让您转账。',
  greeting: '您好！您遇到什么难处，用平常的话告诉我就行。想问政策、想求助、想查进度都可以。',
  thanks: '不客气。以后有什么难处，随时发消息给我。',
  farewell: '好的。有需要随时发消息给我。',
  whoAreYou:
    '我是救助顾问的自动助手，根据公开的救助政策回答问题，每个回答都写明依据。能不能享受由经办单位审核决定。想找真人，请回复“人工”。',
  policies: '您想问哪方面？回复数字，或者直接说您的情况：',
  letters:
    '字母我看不懂。不会打字，按住说话发语音给我就行，也可以请身边的人替您打字，或打12345问。（Chinese only, sorry. For help call 12345.）',
  whichPolicy: '您问的是哪一样？回复数字，或者直接说名字、说您的情况：',
  nothingMore: '刚才的话已经说完了。还想问什么，请直接告诉我。',
  cancelled: '好的，先不办了。有需要随时告诉我。',
  human:
    '好的，我先不插话了，等救助顾问在这里回您。4小时内没人回，我再来。想让我接着帮您，回复“不用人工”。急事不要等：打12345；有危险打110或120。',
  takenOver:
    '现在由救助顾问在这里和您说话，我先不插话。您说的都会转给顾问。想让我接着帮您，回复“不用人工”。急事打12345，有危险打110或120。',
  heldStill:
    '您的话都转给救助顾问了，正等顾问回您。等不及就打12345，有危险打110或120。想让我接着帮您，回复“不用人工”。',
  unheard:
    '暂时没能联系上救助顾问，您的话都给顾问留着。等不及就打12345，有危险打110或120。想让我接着帮您，回复“不用人工”。',
  nobodyHere:
    '现在没有救助顾问在这里值守，我不能让您白等。想找真人：打12345，或到住处的街道（乡镇）救助窗口；有危险打110或120。查政策、登记求助，我接着帮您。',
  nightHere:
    '夜里没有救助顾问值守，您要找真人，我记下了，早上8点后告诉救助顾问。急事不要等：打12345；有危险打110或120。查政策、登记求助，我接着帮您。',
  cannotCall:
    '先别出声，躲到能锁门的地方。能出去，就去邻居家、商店或人多的地方，请人帮您打110；也可以发微信给信得过的亲戚、老师，请他们替您打110，告诉他们您在哪里。',
  pursued:
    '别出去，也别出声：锁上门，离门远一点，手机静音。现在就打110，说清您在哪里；不方便说话，就发微信给信得过的人，请他们替您打110。受伤打120。',
  haveCalled: '好。待在安全的地方等他们，电话别关；有变化，再打110或120。您可以接着在这里跟我说。',
  isSafe: '那就好，人平安最要紧。还想请人帮忙，选下面的；想问政策，直接说。',
  treatedFirst:
    '没钱也先救：急救不能因为没钱就不救，费用以后再办。跟医生说家里困难，请医院帮着申请疾病应急救助；不给救，马上打12345。',
  howToCall:
    '打通了就说三句：我在哪里（村、街道、门牌）；谁怎么了，比如“妈妈喘不上气”；我的电话。说不清也别挂，听他问。不敢打，就去敲邻居的门，请大人打。',
  here: '我在。我是自动回复的助手，您有什么难处，说给我听就行。想找真人，回复“人工”；急事打12345，有危险打110或120。',
  backAgain: '我回来了，您有什么事接着跟我说。',
  flowWaits: '刚才的登记还记着，回复“继续”接着办。',
  holdOver:
    '救助顾问暂时没能回您，您说的话都给顾问留着。我先接着帮您；还想找真人，再回复“人工”，急事打12345。',
  handedBack: '救助顾问已经把对话交还给我了。您有什么事接着跟我说。',
  noConsent:
    '好的，什么都没有记。政策照样可以问，不用留名字。想当面求助，到住处的街道（乡镇）救助窗口，或打12345。',
  noFlow: '现在没有正在登记的事。想求助，回复“我要求助”；也可以直接说您的难处，或选下面的：',
  policiesMeanwhile: '想问哪条政策，直接说名字就行，问完接着登记。',
  unfinished: '您的求助还没登记完，登记好了才有编号、才能查进度。',
  progress:
    '我这里没有查到您的求助记录。在窗口、社区或网上交的申请，请问受理您材料的街道（乡镇），或打12345，报姓名和受理编号就能查。想在这里求助，回复“我要求助”。',
  mistyped: '这个编号对不上，好像抄错了。请对着看看再发，也可以只说“查进度”。',
  notYours: '没有查到您名下有这个编号的求助。只能查您自己的；也可以只说“查进度”。',
  olderRequests: '更早的求助，请说编号来查。',
  whichPaper: '照片收到了。这是哪样材料？回复数字：',
  rated: '谢谢您告诉我们。以后有难处随时说。',
  wellNow: '那就好。以后有难处，随时发消息给我。',
  inNeedAgain: '知道了，给您记下了。是上次的事还没解决，还是有了新的难处？急事打12345。',
  reopened: '知道了，已经请工作人员重新看您的事，会有人再联系您。急事打12345。',
  atWorkAgain: '工作人员已经在重新办了。想看办到哪了，回复“查进度”；急事打12345。',
  atWorkAgainKept: '工作人员已经在重新办了，您说的给经办的人留着。想看办到哪了，回复“查进度”；急事打12345。',
  stoppedMeanwhile: '这件事已经停办了。还需要帮忙，回复“我要求助”重新登记；急事打12345。',
  myData:
    '我这里没有您的求助单，也没有记您的姓名、电话、身份证号，只记了您最近问的那句话（姓名电话住址遮住了），方便接着问；找过真人的，您对真人说的话也留着，到期就删。取消关注后不再给您发消息。',
  myDataTelling:
    '您正在说的这些我先加密记着，登记好才交给工作人员；回复“取消”就删掉，一直没说完也会到期删掉。',
  myDataHeld: '您登记过的求助，我这里记着：',
  exported:
    '除此以外，只记了您最近问的那句话（姓名电话住址遮住了），和您找真人、说求助的事时说的话。证件照片请向经办的街道社区要。',
  nothingToCorrect: '没有正在办的求助，没有要改的。',
  myDataMeanwhile: '您可以回复“导出我的信息”“撤回同意”或“删除我的信息”。',
  withdrawMeanwhile: '要撤回，回复“确认撤回同意”。',
  deleteMeanwhile: '要删除，回复“确认删除我的信息”。',
  withdrawSure: '撤回以后，求助就不办了，记的姓名、电话、住址和经过会删掉。要撤回吗？',
  withdrawn: '同意已经撤回，求助停办了，能删的都删掉了。',
  deleteSure: '删除以后找不回来，正在办的求助也不办了。要删除吗？',
  deleted: '好的，您的信息和对话已经删掉了。',
  deletedInPart: '好的，求助停办了，能删的已经删掉了。',
  nothing:
    '这个我没有查到合适的政策，不敢乱说。请换个说法，把难处说具体些；或打 12345 问当地。想找真人，请回复“人工”。',
  misunderstood:
    '对不起，我没答到点上。请换个说法，说细一点：谁、遇到什么难处、想知道什么。想找真人，回复“人工”。',
  misunderstoodMaybe:
    '对不起，我没答到点上。您问的是不是下面哪一样？回复数字就行；都不是，请换个说法再问，或回复“人工”找真人：',
  plainer: '对不起，没说明白。您最想知道哪一样？回复数字，我一样一样说；也可以回复“人工”找真人：',
  plainerAsk:
    '对不起，没说明白。您可以问“要带什么材料”“去哪里办”“多久能办好”，我一样一样说；也可以回复“人工”找真人。',
  notHeard: '没听清您说的话。请再说一遍，或者打字告诉我。',
  orChoose: '也可以回复 1、2、3 选下面的：',
  image: '照片收到了，可我看不懂照片里的内容，也没有保存。',
  video: '视频收到了，可我看不懂视频里的内容，也没有保存。',
  link: '链接收到了，可我不能打开网页。',
  empty: '您还没写内容。',
  tooFast:
    '您一下子发得太多了，后面发的我先不看，也不记，前面说的都在。请歇一分钟再发。急事打12345，有危险打110或120。',
  condolence: '请节哀。',
  tellMe: '请用一两句话告诉我您遇到了什么难处；想登记求助，回复“我要求助”。',
  more: '（没说完，回复“继续”看后面的）',
  carried: '上次没能发给您的话：',
  late: '问题收到了，正在查。请过一会儿回复“继续”看回答。',
  unwell: '我这里出了点故障，您的话没有处理成功。请过几分钟再发一次；急事请打 12345，危险请打 110 或 120。',
  outage:
    '系统出了故障，现在什么都记不下来，您刚才的话没有收到。急事请打12345，或到住处的街道（乡镇）救助窗口；有危险打110，急病打120。不急的话，过一会儿再发一次。',
  dangerOutage: '系统有故障，我没能通知救助顾问，请您马上自己打电话，或请身边的人帮忙打。',
  relieved: '那就好，您的话我听到了。心里烦，可以打12356说说，也可以在这里跟我说；想请人帮忙，选下面的：',
  listening: '我在听。刚才说的电话，随时都能打；急了就打110或120。您接着说，或者选下面的：',
  dangerCall: '想让救助顾问给您打电话，请回复“人工”。',
  dangerNobody: '想找真人帮忙，打12345，或到街道（乡镇）救助窗口。',
  dangerHelp: '要登记求助，回复“继续”，刚才说的不用再说一遍。',
  dangerHeld: '您的话也给救助顾问留着了。',
} as const

/** The three ways in, offered whenever someone does not know what to say. */
export const WAYS_IN = [
  { label: '生活困难', says: '生活困难有什么补助' },
  { label: '看病花钱太多', says: '看病有什么补助' },
  { label: '老人、残疾人、孩子等别的', says: '菜单' },
] as const

/** The ways to somebody who helps. */
export const WAYS_TO_PEOPLE = [
  { label: '请救助顾问联系我', says: '人工' },
  { label: '登记求助', says: '我要求助' },
] as const

/** What is asked about most, for whoever has not said of what they ask. */
export const ASKED_MOST = ['低保', '临时救助', '医疗救助', '残疾人补贴'] as const

/** Declines a subject that is not ours; null when it has no name. */
export function elsewhere(subject: string | null, ask: string | null): string {
  const where = ask ? `可以问${ask}。` : '拿不准找谁，可以打 12345 问。'
  return `${subject ?? '这件事'}不归社会救助管，我帮不上，怕说错误了您的事。${where}生活上有难处，随时告诉我。`
}

/** What there may be for whom. */
export const thereIs = (titles: readonly string[]): string =>
  `${titles.join('、')}，可以问问这几样，回复数字我细说。能不能享受，由经办单位审核决定：`

export function clarify(): string {
  return '您想问的是哪一个？回复数字就行：'
}

/** A policy just told whole, to whoever goes on telling. */
export const toldAlready = (title: string): string =>
  `${title}刚才说过了。您的情况，也可能用得上下面的，回复数字：`
/** More of a story, of which nothing else speaks clearly. */
export const whatElse = (title: string): string => `${title}刚才说过了。还想知道${title}的哪一样？`
/** Still more of it. */
export const goOn = (title: string): string =>
  `您说的我在听。想请人帮忙看看，回复“求助”；想问别的，直接说；还想问${title}，选下面的：`
/** A question about a policy just told whole that names no side of it we know. */
export const notInIt = (title: string): string =>
  `这一点我没有查到，不敢乱说。请问${title}的经办窗口，或打12345。还想知道什么？`

/** What a policy rests on, to whoever asks by what, or whether it is true. */
export const restsOn = (title: string, documents: readonly string[], checked: string): string =>
  `${title}刚才说的，出自：\n${documents.join('\n')}\n我们${chineseDate(checked)}核对过。能不能享受，由经办单位审核决定；拿不准，打12345问。`
/** Why it is not the same everywhere. */
export const setByPlaces = (title: string): string =>
  `${title}有些地方由各地自己定，所以各地不一样，按户口所在地的算。您那里怎么定，问户籍地街道（乡镇），或打12345。`
/** What may help besides, or instead. */
export const elseMay = (title: string): string => `除了${title}，也可以看看下面的，回复数字：`

/** A place whose own figures and ways nobody entered. */
export const notOfThere = (place: string, title: string): string =>
  `我这里没有${place}自己的标准和办法，刚才说的是国家的规定。${title}在当地怎么定，请问那里的街道（乡镇），或打12345。还想知道什么？`

/** Whether both can be had stands in neither. */
export const notWrittenOfBoth = (titles: readonly string[]): string =>
  `${titles.join('和')}能不能一起享受，我这里的规定没有写明，各地办法也可能不同。请问户籍地街道（乡镇），或打12345。各自谁能申请，可以再问我。`

export function location(label: string): string {
  return `位置收到了${label === '' ? '' : `：${label}`}。您遇到什么难处？告诉我，我帮您查政策和去哪办。`
}

const notReached = (urgent: boolean): string =>
  `您没留电话，有消息发在这里，${urgent ? '请留意' : '隔一天回来看看'}；想让人打电话，把号码发来就行。`

/** How whoever works on a request finds its resident; `tail` are the last digits of the phone they left. */
export const howReached = (number: string, tail: string | null): string =>
  tail === null
    ? `求助编号 ${number}：${notReached(false)}`
    : `求助编号 ${number}：打您留的电话（尾号${tail}），也会发在这里。号码要改，直接说，比如“电话改成138…”。`
/** How what is given is paid, which nobody here decides. */
export const howPaid = (number: string): string =>
  `能不能给、怎么发，由经办的街道（乡镇）定，定了会告诉您（求助编号 ${number}）。谁让您先交钱、要密码验证码，都别给。`
/** What to do when nobody comes in time. */
export const nobodyCame = (number: string, due: string): string =>
  `最晚${due}。过了还没人联系，就打12345催办，报求助编号 ${number}；也可以回复“人工”找救助顾问。`

/** A request was opened. */
export function opened({
  number,
  due,
  urgent,
  more,
  heard,
  reached,
}: {
  number: string
  due: string
  urgent: boolean
  more: boolean
  /** Whether advisors are told of it at once, and not only when they look. */
  heard: boolean
  /** Whether they left a phone. */
  reached: boolean
}): string {
  const whoCalls = heard ? '会有街道社区的人联系您。' : '工作人员看到后会联系您。'
  const lines = [
    `登记好了。求助编号 ${number}`,
    `${urgent ? '这是急事，' : ''}办理时限：${due}。${reached ? whoCalls : notReached(urgent)}`,
    ...(heard || urgent ? [] : ['一直没人联系，就打12345催办。']),
    ...(urgent ? ['等不及就打12345，说“急难求助”；有危险打110或120。'] : []),
    '想看办到哪了，回复“查进度”。',
    ...(more ? ['您的情况可能用得上：'] : []),
  ]
  return lines.join('\n')
}

/** The very same request is already open. */
/** Danger told by somebody whose request is open. */
export const dangerOf = (number: string): string => `您的求助 ${number} 在办，这句话也转给经办的人了。`
/** It cannot wait, said of a request that is open. */
export const hurried = (number: string, due: string): string =>
  `知道了，按急事办，您说的转给经办的人了（求助编号 ${number}，最晚${due}）。等不及就打12345，说“急难求助”；有危险打110或120。`
/** More of a request that is open. */
export const passedOn = (number: string): string =>
  `记下了，转给经办的人看（求助编号 ${number}）。还想问什么，直接说；急事打12345。`
/** Words that look like another request, while one is open. */
export const isOpenAlready = (number: string): string =>
  `您的求助在办（编号 ${number}），您说的转给经办的人了。电话、住址、姓名要改，直接说，比如“电话改成138…”；另有一件难处要登记，回复“我要求助”。`

export function openedBefore(number: string): string {
  return `这件事已经登记过了，还在办。求助编号 ${number}\n想看办到哪了，回复“查进度”。`
}

/** Staff looked at what was asked, and removed what told who it was about. */
export const erasedLater = (numbers: readonly string[]): string =>
  `您要求删除的${numbers.join('、')}，姓名、电话、住址和经过都删掉了；办过什么、给过什么，按规定留着记录。`

/** Requests that were handled are records of the office: a person decides what may be deleted, by a day. */
export function deletionLater(numbers: readonly string[], day: string): string {
  return `${numbers.join('、')}已经交办过，按规定要留办理记录，工作人员会在${day}前核对，把还能删的删掉。`
}

/** The whole of a request went. */
export const erasedWhole = (numbers: readonly string[]): string =>
  `您要求删除的${numbers.join('、')}，整张都删掉了。`

/** What somebody asked for in person, told in the chat as well: it may not have been them. */
export function wishEntered(
  kind: 'erase' | 'export',
  way: 'chat' | 'counter' | 'phone',
  day: string,
): string {
  const what = kind === 'erase' ? '删除您的信息' : '导出您的信息'
  const asked = way === 'phone' ? '打电话' : '当面'
  return `工作人员记下了您${asked}提出的要求：${what}。最晚${day}答复您。不是您提的，请马上回复“人工”。`
}

/** 个人信息保护法 第五十条: a refusal says why, and whoever is refused may go to court. */
export function wishDenied(kind: 'erase' | 'export', numbers: readonly string[], why: string): string {
  const what = kind === 'erase' ? '删除' : '导出'
  return `您要求${what}${numbers.join('、')}的信息，这次没有办。原因：${why}\n不同意的话，可以打 12345，也可以依法向人民法院起诉。`
}

export const handedOver = (numbers: readonly string[]): string =>
  `您要求导出的${numbers.join('、')}的信息，工作人员已经交给您了。没有收到，或者不是您要的，请马上回复“人工”。`

/** Said to an advisor whose line could not be kept; nothing of it was done. */
export const UNKEPT_LINE =
  '系统出了故障，现在存不了，刚才这一条没有办。要紧的请先打电话办、记在纸上，恢复后再发一次，也请告诉管理员。'

/** Two texts with a line between, or the one that says something. */
export const joined = (...texts: readonly string[]): string =>
  texts.filter((text) => text !== '').join('\n\n')

/** What is said in a residents' group, where everybody reads along. */
export const ROOM_WORDS = {
  hello: '您好，想问哪条救助政策，@我 直接问。自己家里的事不用在群里说，加我好友私下发给我就行。',
  inPrivate: '这件事我私下跟您说。',
  danger: '有危险马上打110；受伤、急病打120；着火打119；心里难过打12356。我私下跟您说。',
  befriend: '我私下没能发给您：请加我好友，再把话发给我。急事打12345，有危险打110、120。',
  unknown: '这个我没有查到合适的政策，不敢乱说。可以打12345问当地；自己家里的事，加我好友私下说。',
  noAdvisor: '没认出您是哪位救助顾问。请把群昵称改成名册里的姓名，再说一遍。',
  severalAdvisors: '名册里有几位和您同名。请让管理员给您备注成员账号，再说一遍。',
  which: (names: readonly string[]) => `您想问的是哪一个？${names.join('、')}。@我 说名字就行。`,
} as const
