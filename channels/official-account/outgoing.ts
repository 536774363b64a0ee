import type { Outbound } from '../message.ts'

/** What of a message is said in one call of message/custom/send, besides to whom. */
export type Outgoing = Record<string, unknown> & { msgtype: string }

/** A picture is uploaded first and then sent by its media id. */
export function outgoing(message: Exclude<Outbound, { type: 'picture' }>): Outgoing {
  switch (message.type) {
    case 'text':
    case 'card-result':
      return { msgtype: 'text', text: { content: message.text } }
    case 'card':
      return menu(`${message.title}\n${message.text}`, message.choices)
    case 'choices':
      return menu(message.text, message.choices)
  }
}

export function image(mediaId: string): Outgoing {
  return { msgtype: 'image', image: { media_id: mediaId } }
}

/**
 * 菜单消息: a tap comes back as a text that holds the item's `content`, so an item shows what it says, not its label.
 * https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html
 */
function menu(head: string, choices: readonly { says: string }[]): Outgoing {
  const list = choices.map(({ says }, index) => ({ id: String(index + 1), content: says }))
  return { msgtype: 'msgmenu', msgmenu: { head_content: head, list, tail_content: '' } }
}
