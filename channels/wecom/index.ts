export { createWecom } from './channel.ts'
export { createWecomRobot } from './robot.ts'
export { wecomRobotRules, wecomRules } from './rules.ts'
