import { words } from './words.ts'

/** Before a name: the writer asks this person, or thanks them. */
export const askedWords = words`请 请求 请问 麻烦 希望 盼 感谢 谢谢 多谢 求 恳请 恳求 联系 找 找到 打电话给 向 跟 给 和 对 @ 尊敬的 敬爱的 表扬 点赞 支持 拜托 转告 转给 告诉 咨询 约 约见`

/** After a name: it is spoken to, or does what it should. */
export const spokenToWords = words`您好 你好 好 早上好 下午好 晚上好 上午好 在吗 在么 在不 辛苦 谢谢 感谢 请 麻烦 帮 帮忙 帮助 能不能 能否 可以 您 你 我 我们 热心 认真 负责任 好样的 真好 为我们 替我们 请您 过年好 新年好`

/** Over these words even a person asked for help is complained of (`找了三次都不接电话`). */
export const unansweredWords = words`不接电话 不接我电话 电话不接 不回电话 不回复 不回消息 不回信息 不答复 爱答不理 爱理不理 不理 不理不睬 置之不理 不闻不问 都不管 不管 敷衍 糊弄 推诿 推脱 推三阻四 踢皮球 不见面 态度恶劣 态度差 态度不好 骂人 收钱 收了钱 要钱 拿钱 拿了钱 索要 收礼 吃拿卡要 收红包 收好处 收好处费 受贿 索贿`

/** Family names of two characters. */
export const longSurnames = new Set(
  words`欧阳 上官 司马 诸葛 夏侯 皇甫 尉迟 公孙 令狐 慕容 司徒 东方 独孤 南宫 长孙 宇文 端木 拓跋 呼延 闻人 申屠 太史 万俟`,
)

/** Wrongs that accuse only beside a name on the roll; elsewhere they tell of a matter (`社区里有违建`). */
export const deedWords = words`带头 违建 违法 违规 违纪 强占 霸占 侵占 占了 占用 占着 打了 骂了 骗了 骗 贪 贪了 吞了 包工程 揽工程 欠 欠钱
  欠薪 拖欠 坑害 坑了 欺骗 不配 无耻 垃圾代表 没良心 黑心 不管用 没用 从不 从来不 从来没 只会 光说不 说一套 睡觉`

/** Everyday words that are also names: of a person only beside 代表 or a charge. */
export const wordsLikeNames =
  new Set(words`高峰 高原 高山 高级 高兴 高大 高明 高升 高低 高速 高温 黄金 黄河 白云 白雪 白银 平安 平川 安全 安静
  安宁 安排 和平 常见 常年 方向 方便 方法 万一 万元 金银 金额 金融 马上 马路 马力 江河 江湖 水平 石头 石林 时间 时光 明天 明白 向前 向上 向阳
  周到 周围 周边 陈旧 陈列 程度 严格 严重 严明 严肃 严厉 毛病 温暖 温和 温度 雷电 雷达 雷雨 花园 任意 任务 任何 成功 成立 成果 成本 包括 包装
  文明 文化 文艺 文学 田地 田野 于是 古老 古城 路面 路灯 路口 项目 全部 全家 全民 华夏 关心 关注 关键 张开 张贴 应该 应急 应当 单位 单独 党员
  党建 武装 武术 强大 强烈 管理 管道 支持 房屋 房产 曲折 许多 许可 祝福 祝贺 牛奶 牛羊 龙头 林业 林地 景泰 景区 车辆 宁静 甘肃 兰州 齐全 庄稼
  庄园 蓝天 舒服 封闭 沙漠 沙河 沙发 纪念 纪律 解放 解决 冷水 冷静 柴油 柴火 苗木 米面 简单 谈话 申请 申报 宣传 会计 阳光 阴天 连续 连接 曾经
  经济 经常 项链 原来 钟点 梁柱 广场 顾客 康复 富强 国家 国庆 建设 建国 建军 胜利 光明 海洋 海关 东方 朝阳 春风 秋天 冬天 夏天 夏季 冬季`)
