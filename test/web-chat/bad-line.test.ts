import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../support/house.ts'
import { bubble, report, startStage } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage?.stop())

describe('a bad line', () => {
  test('offline: said in words, kept over a reload, sent once when it is back', async () => {
    const page = await stage.open()
    await page.context().setOffline(true)
    await page.getByLabel('您想反映什么？').fill('断网时写的：路灯坏了')
    await page.getByRole('button', { name: '发送' }).click()
    await bubble(page, '还没发出：等待网络').waitFor()
    await page.getByRole('status').getByText('网络断了').waitFor()
    expect(await stage.stored('断网时写的：路灯坏了')).toBe(0)
    const kept = await page.evaluate(`localStorage.getItem('mashang.queue')`)
    expect(kept).toContain('断网时写的')
    await page.context().setOffline(false)
    await bubble(page, '已收到').waitFor()
    await until(async () => (await page.getByRole('status').innerText()) === '')
    expect(await stage.stored('断网时写的：路灯坏了')).toBe(1)
    expect(await page.evaluate(`localStorage.getItem('mashang.queue')`)).toBe('[]')
    await page.context().close()
  })

  test('an answer that gets lost on its way: sent again, stored once, shown once', async () => {
    const page = await stage.open()
    let cut = 0
    await page.route('**/channels/web', async (route) => {
      if (cut++ > 0) return route.continue()
      await route.fetch()
      return route.abort('connectionreset')
    })
    await report(page, '答复丢在路上：井盖坏了')
    expect(cut).toBe(2)
    expect(await stage.stored('答复丢在路上：井盖坏了')).toBe(1)
    expect(await bubble(page, '答复丢在路上').count()).toBe(1)
    await page.context().close()
  })

  test('too fast: says how long, and sends by itself', async () => {
    const page = await stage.open()
    let asked = 0
    await page.route('**/channels/web', (route) =>
      asked++ > 0 ? route.continue() : route.fulfill({ status: 429, headers: { 'retry-after': '1' }, body: '' }),
    )
    await page.getByLabel('您想反映什么？').fill('路灯坏了，发得快')
    await page.getByRole('button', { name: '发送' }).click()
    await bubble(page, '1 秒后自动发送').waitFor()
    await bubble(page, '已收到').waitFor()
    expect(await stage.stored('路灯坏了，发得快')).toBe(1)
    await page.context().close()
  })

  test('refused for good: the words are back in the field', async () => {
    const page = await stage.open()
    await page.route('**/channels/web', (route) => route.fulfill({ status: 413, body: '' }))
    await page.getByLabel('您想反映什么？').fill('太长的话')
    await page.getByRole('button', { name: '发送' }).click()
    await page.getByText('已放回输入框').waitFor()
    expect(await page.getByLabel('您想反映什么？').inputValue()).toBe('太长的话')
    await page.context().close()
  })

  test('a stream cut off goes on from where it was', async () => {
    const deputy = await stage.house.bind('bd-004')
    const page = await stage.open('/chat?d=bd-004')
    const number = await report(page)
    await bubble(page, '已送达').waitFor()
    stage.house.bot.app.server.closeAllConnections()
    // The platform's own line was cut too: it says it again.
    await until(async () => (await deputy.say(`${number} 接单`)).text)
    await bubble(page, `编号 ${number}：靳小川代表已接单`).waitFor()
    expect(await bubble(page, '已收到').count()).toBe(1)
    expect(await bubble(page, '已接单').count()).toBe(1)
    await page.context().close()
  })

  test('a browser that keeps no cookies is served all the same', async () => {
    const page = await stage.open()
    await page.route('**/*', (route) => {
      const { cookie: _, ...headers } = route.request().headers()
      return route.continue({ headers: { ...headers, cookie: '' } })
    })
    await report(page, '不留饼干：路灯坏了')
    expect(await stage.stored('不留饼干：路灯坏了')).toBe(1)
    await page.context().close()
  })
})

test('no page broke its policy, threw, or asked elsewhere', () => {
  expect(stage.faults).toEqual([])
})
