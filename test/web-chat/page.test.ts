import { source as axe } from 'axe-core'
import type { AxeResults } from 'axe-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../support/house.ts'
import { bubble, bubbles, report, startStage } from './stage.ts'
import type { Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await startStage()
})
afterAll(() => stage?.stop())

describe('a resident on the page', () => {
  test('comes by a deputy’s link, writes, gets a number, hears the deputy, and finds it all again', async () => {
    const deputy = await stage.house.bind('bd-001')
    const page = await stage.open('/chat?d=bd-001')
    expect((await bubbles(page))[0]).toContain('这里联系的是祁若澜代表')
    const number = await report(page, '晨光社区3号楼前的路灯坏了半个月')
    expect(await bubble(page, '已收到').innerText()).toContain('负责：祁若澜代表')
    // The greeting is now part of the conversation, once.
    await until(async () => (await bubble(page, '这里联系的是').count()) === 1)

    await deputy.say(`${number} 接单`)
    await bubble(page, `编号 ${number}：祁若澜代表已接单`).waitFor()
    await deputy.say(`${number} 答复 A 线路已换新`)
    await bubble(page, '线路已换新').waitFor()
    await page.getByLabel('您想反映什么？').fill('满意')
    await page.getByLabel('您想反映什么？').press('Enter')
    await bubble(page, '谢谢您的评价').waitFor()

    const before = await bubbles(page)
    await page.getByLabel('您想反映什么？').fill('还没写完的话')
    await page.reload()
    await bubble(page, '谢谢您的评价').waitFor()
    expect(await bubbles(page)).toEqual(before)
    expect(await page.getByLabel('您想反映什么？').inputValue()).toBe('还没写完的话')

    // A second window of the same browser shows the same, and what is said in the first.
    const second = await page.context().newPage()
    await second.goto(page.url())
    await bubble(second, '谢谢您的评价').waitFor()
    await page.getByLabel('您想反映什么？').fill('进度')
    await page.getByRole('button', { name: '发送' }).click()
    await bubble(second, '进度').last().waitFor()
    await page.context().close()
  })

  test('with the keyboard alone, in the order things are seen', async () => {
    const page = await stage.open()
    const focused = () => page.evaluate<string>('document.activeElement.id')
    const order: string[] = []
    for (let n = 0; n < 4; n++) {
      await page.keyboard.press('Tab')
      order.push(await focused())
      const outline = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineWidth')
      expect(parseFloat(outline)).toBeGreaterThanOrEqual(3)
    }
    expect(order).toEqual(['larger', 'log', 'text', 'send'])
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.type('晨光社区的井盖丢了')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('就在门口')
    await page.keyboard.press('Enter')
    await bubble(page, '已收到').waitFor()
    expect(await stage.stored('晨光社区的井盖丢了\n就在门口')).toBe(1)
    expect(await focused()).toBe('text')

    await page.getByRole('button', { name: '清除记录' }).focus()
    await page.keyboard.press('Enter')
    expect(await focused()).toBe('forget-title')
    await page.keyboard.press('Escape')
    expect(await focused()).toBe('forget')
    await page.context().close()
  })

  test('can clear the device: nothing is left on it, and another visitor begins anew', async () => {
    const page = await stage.open()
    await report(page)
    await page.getByRole('button', { name: '清除记录' }).click()
    await page.getByRole('button', { name: '确认清除' }).click()
    await page.getByText('本机记录已清除。').waitFor()
    expect(await bubble(page, '已收到').count()).toBe(0)
    expect(await page.evaluate('Object.keys(localStorage)')).toEqual([])
    await page.reload()
    await page.locator('#greeting').waitFor()
    expect(await bubble(page, '已收到').count()).toBe(0)
    await page.context().close()
  })
})

describe('for everybody', () => {
  test.each([
    ['320 px', 320, false],
    ['320 px, larger type', 320, true],
    ['1280 px', 1280, false],
  ])('%s: nothing to scroll sideways, nothing too small to touch', async (_name, width, larger) => {
    const page = await stage.open('/chat?s=st-02', { viewport: { width, height: 600 } })
    if (larger) await page.getByRole('button', { name: '大字' }).click()
    await report(page, `路灯坏了 ${'https://www.example.com/'.repeat(8)} ${'很长'.repeat(60)}`)
    await page.getByRole('button', { name: '清除记录' }).click()
    const sizes = await page.evaluate<{ sideways: number[]; small: number; font: number }>(`({
      sideways: [document.documentElement, document.querySelector('#log')].map((box) => box.scrollWidth - box.clientWidth),
      small: [...document.querySelectorAll('button, textarea')]
        .filter((each) => each.checkVisibility())
        .map((each) => each.getBoundingClientRect())
        .filter(({ width, height }) => width < 44 || height < 44).length,
      font: parseFloat(getComputedStyle(document.body).fontSize),
    })`)
    expect(sizes).toMatchObject({ sideways: [0, 0], small: 0 })
    expect(sizes.font).toBeGreaterThanOrEqual(larger ? 22 : 17)
    await page.context().close()
  })

  test('says its parts by name, and reads new words aloud', async () => {
    const page = await stage.open()
    await report(page)
    await until(async () => (await page.getByRole('button', { name: /^换到微信/ }).isVisible()) || undefined)
    const tree = await page.locator('body').ariaSnapshot()
    for (const part of [
      'heading "向人大代表反映问题" [level=1]',
      'button "大字"',
      'button "清除记录"',
      'log "对话"',
      'textbox "您想反映什么？"',
      'button "发送"',
    ]) {
      expect(tree).toContain(part)
    }
    expect(await page.locator('#log').getAttribute('aria-live')).toBe('polite')
    expect(await page.evaluate('document.documentElement.lang')).toBe('zh-CN')
    await page.context().close()
  })

  test('axe finds nothing, with panels closed and open', async () => {
    const page = await stage.open('/chat', { viewport: { width: 320, height: 640 } })
    await report(page)
    const faultsOf = async () => {
      const { violations } = await page.evaluate<AxeResults>('axe.run()')
      return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))])
    }
    await page.evaluate(axe)
    expect(await faultsOf()).toEqual([])
    await page.getByRole('button', { name: '清除记录' }).click()
    await page.getByRole('button', { name: '大字' }).click()
    expect(await faultsOf()).toEqual([])
    await page.context().close()
  })

  test('the larger type is remembered', async () => {
    const page = await stage.open()
    await page.getByRole('button', { name: '大字' }).click()
    await page.reload()
    await page.locator('#greeting').waitFor()
    expect(await page.getByRole('button', { name: '大字' }).getAttribute('aria-pressed')).toBe('true')
    await page.context().close()
  })
})

test('going on in WeChat: a code, said there, joins the two', async () => {
  const page = await stage.open()
  const number = await report(page, '换到微信的路灯坏了')
  await page.getByRole('button', { name: /^换到微信/ }).click()
  const code = await page.locator('.code').innerText()
  expect(code).toMatch(/^\d{8}$/)
  expect(await page.locator('#pickup-steps').innerText()).toContain(`接续 ${code}`)
  const phone = stage.house.resident()
  await phone.say(`接续 ${code}`)
  expect((await phone.say('进度')).text).toContain(number)
  expect((await stage.house.resident().say(`接续 ${code}`)).text).not.toContain(number)
  await page.context().close()
})

test('no page broke its policy, threw, or asked elsewhere', () => {
  expect(stage.faults).toEqual([])
})
