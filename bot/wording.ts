/** Every sentence the assistant says on its own account, outside policies, flows and tickets. */

export const WORDS = {
  welcome:
    '您好，我是救助顾问。您遇到什么难处，用平常的话告诉我就行，比如“我爸瘫痪在床，护理补贴怎么申请”。我会查政策、说清去哪办。我不收费，也不会要您的密码或让您转账。',
  greeting: '您好！您遇到什么难处，用平常的话告诉我就行。想问政策、想求助、想查进度都可以。',
  thanks: '不客气。以后有什么难处，随时发消息给我。',
  farewell: '好的。有需要随时发消息给我。',
  whoAreYou:
    '我是救助顾问的自动助手，根据公开的救助政策回答问题，每个回答都写明依据。能不能享受由经办单位审核决定。想找真人，请回复“人工”。',
  policies: '您想问哪方面？回复数字，或者直接说您的情况：',
  nothingMore: '刚才的话已经说完了。还想问什么，请直接告诉我。',
  cancelled: '好的，先不办了。有需要随时告诉我。',
  human:
    '好的，已经记下您想找救助顾问。急事不要等：请打 12345（政务服务便民热线），或到社区（村）、街道（乡镇）的救助窗口；有危险打 110 或 120。',
  help: '您别急，现在就可以求助：\n一、到住处的街道（乡镇）社会救助窗口，或先找社区（村）；走不开可以托人代办。\n二、打 12345，说清姓名、住址和难处，会转到当地。\n人有危险先打 110 或 120。',
  helpPolicy: '您的情况可能用得上：',
  progress:
    '我这里没有查到您的求助记录。在窗口、社区或网上交的申请，请问受理您材料的街道（乡镇），或打 12345，报姓名和受理编号就能查。',
  myData:
    '我这里没有记您的姓名、电话、身份证号和说过的话，只记了您在问哪条政策，方便接着问。取消关注后不再给您发消息。',
  nothing:
    '这个我没有查到合适的政策，不敢乱说。请换个说法，把难处说具体些；或打 12345 问当地。想找真人，请回复“人工”。',
  notHeard: '没听清您说的话。请再说一遍，或者打字告诉我；也可以回复 1、2、3 选下面的：',
  image: '照片收到了，可我看不懂照片里的内容，也没有保存。请用一两句话告诉我您遇到了什么难处。',
  video: '视频收到了，可我看不懂视频里的内容，也没有保存。请用一两句话告诉我您遇到了什么难处。',
  link: '链接收到了，可我不能打开网页。请用一两句话告诉我您想问什么。',
  empty: '您还没写内容。请用一两句话告诉我您遇到了什么难处。',
  more: '（没说完，回复“继续”看后面的）',
  carried: '上次没能发给您的话：',
  late: '问题收到了，正在查。请过一会儿回复“继续”看回答。',
  unwell: '我这里出了点故障，您的话没有处理成功。请过几分钟再发一次；急事请打 12345，危险请打 110 或 120。',
  dangerCall: '想让救助顾问给您打电话，请回复“人工”。',
} as const

/** The three ways in, offered whenever someone does not know what to say. */
export const WAYS_IN = [
  { label: '低保、临时救助', says: '临时救助是什么' },
  { label: '看病花钱太多', says: '医疗救助谁能申请' },
  { label: '残疾人、老人补贴', says: '残疾人补贴' },
] as const

/** Declines a subject that is not ours; null when it has no name. */
export function elsewhere(subject: string | null, ask: string | null): string {
  const where = ask ? `可以问${ask}。` : '拿不准找谁，可以打 12345 问。'
  return `${subject ?? '这件事'}不归社会救助管，我帮不上，怕说错误了您的事。${where}生活上有难处，随时告诉我。`
}

export function clarify(): string {
  return '您想问的是哪一个？回复数字就行：'
}

export function location(label: string): string {
  return `位置收到了${label === '' ? '' : `：${label}`}。您遇到什么难处？告诉我，我帮您查政策和去哪办。`
}
