import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { lamp, numberIn } from '../house/scene.ts'
import { startBrowser } from '../support/browser.ts'
import { startTestHouse } from '../support/house.ts'
import type { TestHouse } from '../support/house.ts'

/** A house and a browser, with visitors of its page. */
export interface Stage {
  house: TestHouse
  browser: Browser
  /** What pages threw, what broke their policy, and what they asked of others. */
  faults: string[]
  /** A visitor of their own, on the page at this path. */
  open(path?: string, options?: BrowserContextOptions): Promise<Page>
  /** How many messages with these words the ledger holds. */
  stored(text: string): Promise<number>
  stop(): Promise<void>
}

export async function startStage(webChatSites: string[] = []): Promise<Stage> {
  const browser = await startBrowser()
  const house = await startTestHouse({ webChatSites }).catch(async (error: unknown) => {
    await browser.close()
    throw error
  })
  const faults: string[] = []
  return {
    house,
    browser,
    faults,
    async open(path = '/chat', options = {}) {
      const context = await browser.newContext({ viewport: { width: 390, height: 780 }, locale: 'zh-CN', ...options })
      const page = await context.newPage()
      page.setDefaultTimeout(15_000)
      page.on('pageerror', (error) => faults.push(error.message))
      page.on('console', (message) => {
        if (/Content.Security.Policy|Trusted/i.test(message.text())) faults.push(message.text())
      })
      page.on('request', (request) => {
        const { protocol, port } = new URL(request.url())
        if (protocol !== 'data:' && Number(port) !== house.bot.port) faults.push(`asked ${request.url()}`)
      })
      await page.goto(`http://127.0.0.1:${house.bot.port}${path}`)
      await page.locator('#log[aria-busy=false]').waitFor()
      return page
    },
    async stored(text) {
      return (await house.owner.query('SELECT 1 FROM message WHERE text = $1', [text])).rows.length
    },
    async stop() {
      await browser.close()
      await house.stop()
    },
  }
}

/** The words of every bubble, top to bottom. */
export const bubbles = (page: Page): Promise<string[]> => page.locator('#log > div .words').allInnerTexts()

export const bubble = (page: Page, text: string | RegExp) => page.locator('#log > div', { hasText: text })

/** Writes, sends, and gives the number of the receipt. */
export async function report(page: Page, words: string = lamp): Promise<string> {
  const before = await bubble(page, '已收到').count()
  await page.getByLabel('您想反映什么？').fill(words)
  await page.getByRole('button', { name: '发送' }).click()
  const receipt = bubble(page, '已收到').nth(before)
  await receipt.waitFor()
  return numberIn(await receipt.innerText())
}
