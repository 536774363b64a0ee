/** Invented lines, as residents write them: what any deputy may get, for drills and for the bench. */
export const problems: readonly string[] = [
  '路灯坏了两周没人修',
  '停水三天了，家里老人没法做饭',
  '广场舞半夜还放音响，吵得睡不着',
  '公交车等一个小时都不来',
  '暖气不热，屋里才十二度',
  '垃圾没人清，臭得很',
  '工地拖欠工资半年了',
  '低保申请交了两个月没有回话',
  '水渠裂了，地浇不上水',
  '井盖没了，晚上看不见',
]
