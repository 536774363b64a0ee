import { fitted } from '../fitted.ts'
import { call } from '../tencent/index.ts'
import { templateCard } from './card.ts'
import { isOfShape, sendOutcome, tokenErrors, tokenOutcome } from './outcome.ts'
import type { Outbound, SendOutcome } from '../message.ts'
import type { WecomTokens } from './tokens.ts'
import type { Fetch } from '../ask.ts'

export interface WecomClientOptions {
  agentId: string
  apiUrl: string
  tokens: WecomTokens
  fetch?: Fetch
  timeoutMs: number
}

export interface WecomClient {
  /** To one UserID; ends within 20 s (a token, a try, a new token, another try) and never throws. */
  send: (address: string, message: Outbound, key: string) => Promise<SendOutcome>
}

/** One message on its way: to whom, under which key, since when (`performance.now()`). */
interface To {
  address: string
  key: string
  began: number
}

/** A token and a try take at most twice the time-out: begun by then, they end within 20 s. */
const beginWithinMs = 11_000
/** How many messages that are to be tried again are remembered: a repetition is asked to be checked for. */
const mostRemembered = 10_000
/** Seconds; longer than any message is tried again within, by the worker's own waits. */
const duplicateSeconds = 4 * 3_600

/** Speaks to WeCom for one app. */
export function createWecomClient({ agentId, apiUrl, tokens, fetch, timeoutMs }: WecomClientOptions): WecomClient {
  const triedBefore = new Set<string>()

  async function post(path: string, body: unknown, began: number, rejected?: string): Promise<SendOutcome> {
    if (performance.now() - began > beginWithinMs) {
      return { status: 'retry', code: 'NO_TIME', reason: 'WeCom answered too slowly for another try', afterMs: 5_000 }
    }
    const token = await tokens.get(rejected)
    if (token.kind !== 'token') return tokenOutcome(token)
    const url = `${apiUrl}${path}?access_token=${encodeURIComponent(token.value)}`
    const result = await call(fetch, url, body, timeoutMs)
    const renew = result.kind === 'error' && tokenErrors.has(result.errcode) && rejected === undefined
    return renew ? post(path, body, began, token.value) : sendOutcome(result)
  }

  /**
   * Of two messages with the same words within hours both are meant; of two attempts at one only one is. WeCom compares
   * whole requests, so the check is asked for on what was tried before alone, and on cards, no two of which are the same.
   */
  function sendMessage(to: To, content: Record<string, unknown>, check: boolean): Promise<SendOutcome> {
    const duplicates = check ? { enable_duplicate_check: 1, duplicate_check_interval: duplicateSeconds } : {}
    const body = { touser: to.address, agentid: Number(agentId), ...content, ...duplicates }
    return post('/cgi-bin/message/send', body, to.began)
  }

  function sendText(to: To, text: string): Promise<SendOutcome> {
    return sendMessage(to, { msgtype: 'text', text: { content: text } }, triedBefore.has(to.key))
  }

  async function sendCard(to: To, card: Extract<Outbound, { type: 'card' }>): Promise<SendOutcome> {
    const content = { msgtype: 'template_card', template_card: templateCard(card, to.key) }
    const outcome = await sendMessage(to, content, true)
    return isOfShape(outcome) ? sendText(to, fitted(card, { sends: ['text'] }).text) : outcome
  }

  /** https://developer.work.weixin.qq.com/document/path/94888: a code serves once, for 72 hours. */
  async function changeCard(to: To, code: string, text: string): Promise<SendOutcome> {
    const button = { replace_name: text }
    const body = { userids: [to.address], agentid: Number(agentId), response_code: code, button }
    const outcome = await post('/cgi-bin/message/update_template_card', body, to.began)
    // A code that is used up or too old is nobody's fault: the card only keeps its buttons.
    return outcome.status === 'refused' && isOfShape(outcome) ? { ...outcome, alarm: false } : outcome
  }

  function dispatch(to: To, message: Outbound): Promise<SendOutcome> {
    switch (message.type) {
      case 'card':
        return sendCard(to, message)
      case 'card-result':
        return changeCard(to, message.code, message.text)
      default:
        return sendText(to, message.text)
    }
  }

  return {
    async send(address, message, key) {
      const outcome = await dispatch({ address, key, began: performance.now() }, message)
      if (outcome.status !== 'retry') triedBefore.delete(key)
      else if (triedBefore.size < mostRemembered) triedBefore.add(key)
      return outcome
    },
  }
}
