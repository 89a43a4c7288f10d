import type { Page } from 'playwright-core'
import type { Test } from 'tape'
import { checkState } from '../browser/_browser.ts'

/** Checks that the form of a page is visible, in light and dark and in forced colours: borders, focus, sizes and contrast. */
export async function checkLook(t: Test, page: Page, what: string): Promise<void> {
  for (const media of [{ colorScheme: 'light' }, { colorScheme: 'dark' }, { forcedColors: 'active' }] as const) {
    await page.emulateMedia(media)
    const name = `${what}, ${Object.values(media)}`
    const fields = await page.locator('input, .signup-button').evaluateAll((elements) =>
      elements.map((element) => {
        const { borderTopWidth, borderTopStyle, borderTopColor, fontSize } = getComputedStyle(element)
        const { height } = element.getBoundingClientRect()
        return [
          borderTopWidth,
          borderTopStyle,
          borderTopColor,
          height >= 44 && Number.parseFloat(fontSize) >= 16,
        ] as const
      }),
    )
    t.deepEqual(
      fields.map(([width, style, , isLarge]) => [width, style, isLarge]),
      Array(6).fill(['1px', 'solid', true]),
      `${name}: a border, 44 px high, text of 16 px`,
    )
    const colors = fields.slice(0, 5).map(([, , color]) => color)
    t.notOk(
      colors.some((color) => /transparent|rgba\(.*, 0\)$/.test(color)),
      `${name}: ${colors}`,
    )
    await page.locator('input').last().focus()
    await page.keyboard.press('Shift+Tab')
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle)
    t.equal(outline, 'solid', `${name}: the focus is visible`)
    if (!('forcedColors' in media)) await checkState(t, page, name, ['color-contrast'])
  }
  await page.emulateMedia({ colorScheme: null, forcedColors: null })
}
