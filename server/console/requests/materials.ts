/** The papers a policy's words name, one by one, to be ticked off. The words themselves are printed above them. Pure. */

/** As offices call them; what is called otherwise stays in the words, and is written in by hand. */
const PAPERS = [
  ...[
    '身份证明',
    '身份证',
    '户口本',
    '户口簿',
    '居住证明',
    '居住证',
    '出生证明',
    '结婚证',
    '独生子女证',
    '生育证明',
    '死亡证明',
  ],
  ...[
    '残疾军人证',
    '残疾人证',
    '残疾证',
    '低保证',
    '特困证',
    '退役证',
    '优待证',
    '就业创业证',
    '学生证',
    '营业执照',
    '监护人证件',
  ],
  ...['银行卡', '社保卡', '医保卡', '医保码', '医保凭证', '医保结算单'],
  ...[
    '诊断证明',
    '诊断书',
    '病历',
    '出院小结',
    '检查报告',
    '费用清单',
    '发票',
    '票据',
    '学费单',
    '住院单',
    '交费凭证',
  ],
  ...[
    '困难认定表',
    '申请表',
    '申请书',
    '承诺授权书',
    '核对授权书',
    '授权书',
    '承诺书',
    '同意书',
    '委托书',
    '书面声明',
    '情况说明',
  ],
  ...[
    '录取通知书',
    '在读证明',
    '收入证明',
    '困难证明',
    '年龄证明',
    '劳动合同',
    '工资条',
    '租房合同',
    '房屋鉴定结果',
    '认定结果',
  ],
  ...['判决书', '告诫书', '报警回执', '悔过书', '照片'],
]
const ANY = new RegExp(PAPERS.join('|'), 'g')
/** What is not asked for, or cannot be: 没有房产证的, 证件丢了的, 不用交. */
const NOT = /没有|丢了|不用|不要|别/

/** What is applied for is no paper to bring: 办残疾人证一般带. */
const ITSELF = /^(?:办|申请).*?一般/

/** @param lead what a policy says of its materials @returns the papers in it, each once */
export function papersIn(lead: string): string[] {
  const said = lead.split(/[，。；]/).filter((clause) => !NOT.test(clause))
  return [...new Set(said.flatMap((clause) => clause.replace(ITSELF, '').match(ANY) ?? []))]
}
