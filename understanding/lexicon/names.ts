import { words } from './words.ts'

/** The family names of one character that nearly everybody bears. */
export const surnames =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤祁宗康靳阮柳安常乔葛庞樊兰殷施洪翟倪牛温芦季俞章鲁柴焦包左梅甄裴屈党强寇达韶脱滕滚狄蔺蒙芮桑折'

/** What somebody is called behind their family name: 王女士, 李师傅, 张大爷. */
export const titles = words`女士 先生 小姐 老师 医生 大夫 护士 师傅 书记 主任 经理 队长 局长 所长 科长 处长 镇长 乡长 村长 县长 市长 校长 园长 院长
  站长 厂长 社长 组长 班长 会长 支书 文书 警官 律师 法官 司机 教授 代表 委员 老板 老板娘 阿姨 叔叔 大叔 大伯 大爷 大娘 大妈 大姐 大哥 大嫂 爷爷 奶奶 婶 婶子
  嫂子 伯伯`

/** The same in one character: only where nothing goes on behind it. */
export const shortTitles = '总工哥姐叔姨婶某'

/** Before a name, whatever it looks like. */
export const sureCues = words`我叫 名叫 姓名 名字`

/** Before a name, if it looks like one: who it is. */
export const nameCues = words`我是 叫做 叫 本人 联系人 反映人 投诉人 举报人 申请人 当事人 受害人 被告 原告 户主 业主 租户 房东 房主 村民 居民 邻居 老板
  包工头 负责人 经办人 法人 法定代表人 老公 丈夫 爱人 老婆 妻子 媳妇 父亲 母亲 爸爸 妈妈 我爸 我妈 儿子 女儿 孩子 学生 患者 病人 死者 老人 老汉 同事 司机 户名 收款人`
