export { tappableOf, togetherOf, type Tappable } from './choices.ts'
export { spokenDay, spokenTime } from './dates.ts'
export { hideNumbers, hidePerson, shorten } from './hide.ts'
export {
  channelLabels,
  contentLabels,
  everydayTopic,
  gradeLabels,
  kindLabels,
  outcomeLabels,
  roleLabels,
  splitLabels,
  stageOf,
  topicLabel,
} from './labels.ts'
export { answerTemplates, type AnswerTemplate, type TemplateName } from './names.ts'
export { loadTemplates, type Say } from './render.ts'
export { tellings, type Audience, type Told } from './tell.ts'
export { caseView, type Names, type Shown } from './view.ts'
