import { words } from './words.ts'

/** Before a name: the writer asks this person, or thanks them. */
export const askedWords = words`请 请求 请问 麻烦 希望 盼 感谢 谢谢 多谢 求 恳请 恳求 联系 找 找到 打电话给 向 跟 给 和 对 @ 尊敬的 敬爱的 表扬 点赞 支持 拜托 转告 转给 告诉 咨询 约 约见`

/** After a name: it is spoken to, or does what it should. */
export const spokenToWords = words`您好 你好 好 早上好 下午好 晚上好 上午好 在吗 在么 在不 辛苦 谢谢 感谢 请 麻烦 帮 帮忙 帮助 能不能 能否 可以 您 你 我 我们 热心 认真 负责任 好样的 真好 为我们 替我们 请您 过年好 新年好`

/** Over these words even a person asked for help is complained of (`找了三次都不接电话`). */
export const unansweredWords = words`不接电话 不接我电话 电话不接 不回电话 不回复 不回消息 不回信息 不答复 爱答不理 爱理不理 不理 不理不睬 置之不理 不闻不问 都不管 不管 敷衍 糊弄 推诿 推脱 推三阻四 踢皮球 不见面 态度恶劣 态度差 态度不好 骂人 收钱 收了钱 要钱 拿钱 拿了钱 索要 收礼 吃拿卡要 收红包 收好处 收好处费 受贿 索贿`

/** Family names of two characters. */
export const longSurnames = new Set(words`欧阳 上官 司马 诸葛 夏侯 皇甫 尉迟 公孙 令狐 慕容 司徒 东方 独孤 南宫 长孙 宇文 端木 拓跋 呼延 闻人 申屠 太史 万俟`)
