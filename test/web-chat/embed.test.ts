import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../support/house.ts'
import { startStage } from './stage.ts'
import type { Stage } from './stage.ts'

const site = createServer((request, response) => {
  const origin = `http://127.0.0.1:${stage.house.bot.port}`
  const script = `<script src="${origin}/chat/embed.js" data-station="st-02" defer></script>`
  response.setHeader('content-type', 'text/html; charset=utf-8')
  // As strict as a careful site's own policy.
  response.setHeader('content-security-policy', `default-src 'none'; script-src ${origin}; frame-src ${origin}`)
  response.end(request.url === '/' ? `<html lang="zh-CN"><title>某县</title><h1>某县人民政府</h1>${script}` : '')
})

let stage: Stage
let siteUrl: string
beforeAll(async () => {
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  // Another name for the same machine: to the browser another site.
  siteUrl = `http://localhost:${(site.address() as AddressInfo).port}`
  stage = await startStage([siteUrl])
})
afterAll(async () => {
  await stage?.stop()
  site.close()
})

describe('on another site', () => {
  test('a button opens the page in a frame, which keeps its own secret there', async () => {
    const context = await stage.browser.newContext({ viewport: { width: 390, height: 780 }, locale: 'zh-CN' })
    const page = await context.newPage()
    page.on('pageerror', (error) => stage.faults.push(error.message))
    // What waits in a window of the page itself is somebody else's.
    await page.goto(`http://127.0.0.1:${stage.house.bot.port}/chat/chat.css`)
    await page.evaluate(
      `localStorage.setItem('mashang.queue', '[{"id":"00000000-0000-4000-8000-000000000000","text":"窗口里的话","at":0}]')`,
    )
    await page.goto(siteUrl)
    const button = page.getByRole('button', { name: '向代表反映问题' })
    await button.click()
    const frame = page.frameLocator('iframe[title="码上：向人大代表反映问题"]')
    await frame.getByText('晨光社区代表联络站').waitFor()
    await frame.getByLabel('您想反映什么？').fill('从县里网站来的：路灯坏了')
    await frame.getByRole('button', { name: '发送' }).click()
    await frame.locator('#log > div', { hasText: '已收到' }).waitFor()
    expect(await stage.stored('从县里网站来的：路灯坏了')).toBe(1)
    expect(await stage.stored('窗口里的话')).toBe(0)
    expect(await context.cookies(`http://127.0.0.1:${stage.house.bot.port}`)).toEqual([])
    await page.reload()
    await page.getByRole('button', { name: '向代表反映问题' }).click()
    await page.frameLocator('iframe').locator('#log > div', { hasText: '已收到' }).waitFor()
    await page.getByRole('button', { name: '关闭' }).click()
    expect(await page.locator('iframe').isVisible()).toBe(false)
    expect(await page.evaluate(`document.activeElement.getAttribute('aria-expanded')`)).toBe('false')
    await context.close()
  })

  test('that is not named nothing is shown', async () => {
    const page = await (await stage.browser.newContext()).newPage()
    await page.goto(siteUrl.replace('localhost', '127.0.0.1'))
    await page.getByRole('button', { name: '向代表反映问题' }).click()
    const blocked = await until(() => page.frames().find((frame) => frame.url().startsWith('chrome-error:')))
    expect(blocked.url()).toContain('chromewebdata')
    await page.context().close()
  })
})

test('no page broke its policy, threw, or asked elsewhere', () => {
  expect(stage.faults).toEqual([])
})
