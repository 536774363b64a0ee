/** How many customer service messages a person's last act allows, and until when. Times in milliseconds. */
interface Window {
  until: number
  left: number
}

const hour = 3_600_000

/**
 * The customer service quota of one person: 5 within 48 hours of a message of theirs, 3 within a minute of a scan,
 * a follow or a menu click. https://developers.weixin.qq.com/doc/offiaccount/Customer_Service/Customer_Service_Messages.html
 */
export class Quota {
  #afterMessage: Window = { until: 0, left: 0 }
  #afterAct: Window = { until: 0, left: 0 }

  messageCame(now: number): void {
    this.#afterMessage = { until: now + 48 * hour, left: 5 }
  }

  actCame(now: number): void {
    this.#afterAct = { until: now + 60_000, left: 3 }
  }

  /** Takes one send; 0, or the errcode: 45015 out of time, 45047 out of count. */
  take(now: number): 0 | 45015 | 45047 {
    const open = [this.#afterAct, this.#afterMessage].filter((window) => now < window.until)
    const usable = open.find((window) => window.left > 0)
    if (usable) {
      usable.left -= 1
      return 0
    }
    return open.length > 0 ? 45047 : 45015
  }
}
